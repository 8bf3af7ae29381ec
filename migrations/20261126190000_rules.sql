-- The shipments on which a rule has opened an exception, for each rule that came after the first five: the bit is the
-- rule's place among the rules.
create index shipments_tender_unanswered on shipments (seq) where open_rules & 32;
create index shipments_late_departure on shipments (seq) where open_rules & 64;
create index shipments_appointment_missed on shipments (seq) where open_rules & 128;
create index shipments_appointment_rescheduled on shipments (seq) where open_rules & 256;
create index shipments_delay_reported on shipments (seq) where open_rules & 512;
create index shipments_weather_or_route on shipments (seq) where open_rules & 1024;
create index shipments_inventory_shortage on shipments (seq) where open_rules & 2048;
create index shipments_dwell_over_limit on shipments (seq) where open_rules & 4096;
create index shipments_delivery_discrepancy on shipments (seq) where open_rules & 8192;
create index shipments_pod_discrepancy on shipments (seq) where open_rules & 16384;
create index shipments_return_opened on shipments (seq) where open_rules & 32768;
create index shipments_silent_shipment on shipments (seq) where open_rules & 65536;
