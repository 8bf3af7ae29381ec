-- A shipment's page says what of it waits in quarantine.
create index quarantine_about on quarantine (about, id) where state = 'open';
