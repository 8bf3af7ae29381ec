-- By which tier a shipment's limits were chosen when its row was written: a customer's tier may change, what was decided does not.
alter table shipments add column tier text not null default 'standard';

-- The orders of a shipment that has news: what the invoice gate and the legs of an order's way look at.
create index shipment_orders_by_shipment on shipment_orders (shipment, order_id, unsettled);
