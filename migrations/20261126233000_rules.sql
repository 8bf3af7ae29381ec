-- As for the rules before them: the shipments on which a rule has opened an exception.
create index shipments_charge_over_tolerance on shipments (seq) where open_rules & 131072;
create index shipments_invoice_without_proof on shipments (seq) where open_rules & 262144;
create index shipments_customer_waits on shipments (seq) where open_rules & 524288;
