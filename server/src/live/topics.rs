//! Who looks at what: from a view and an audience to the sockets, and from a changed shipment to its views.

use super::client::{Change, Client};
use domain::ShipmentId;
use domain::account::Audience;
use domain::live::ViewKey;
use std::collections::HashMap;
use std::sync::Arc;

/// A view as one audience sees it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TopicKey {
    pub view: ViewKey,
    pub audience: Audience,
}

/// Who looks at a topic.
#[derive(Debug, Default)]
pub struct Topic {
    clients: Vec<Arc<Client>>,
}

impl Topic {
    /// Puts one frame, shared, into the inbox of everybody who looks.
    pub fn push(&self, view: &ViewKey, change: &Change) {
        for client in &self.clients {
            client.push(view, change.clone());
        }
    }

    /// Has the sockets of everybody who looks check their session and links, and ping.
    pub fn ping(&self) {
        self.clients.iter().for_each(|client| client.ping());
    }

    /// Has everybody who looks read the view anew.
    pub fn resync(&self, view: &ViewKey) {
        self.clients.iter().for_each(|client| client.resync(view));
    }
}

/// All topics that somebody looks at.
#[derive(Debug, Default)]
pub struct Topics {
    topics: HashMap<TopicKey, Topic>,
    /// Which topics show a shipment by itself.
    by_shipment: HashMap<ShipmentId, Vec<TopicKey>>,
}

impl Topics {
    /// `shipment` is the one that the view shows, for views of a single one.
    pub fn subscribe(&mut self, key: TopicKey, shipment: Option<ShipmentId>, client: &Arc<Client>) {
        let topic = self.topics.entry(key.clone()).or_default();
        if !topic.clients.iter().any(|known| known.id == client.id) {
            topic.clients.push(client.clone());
        }
        if let Some(shipment) = shipment {
            let keys = self.by_shipment.entry(shipment).or_default();
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
    }

    pub fn unsubscribe(&mut self, key: &TopicKey, shipment: Option<ShipmentId>, client: u64) {
        let Some(topic) = self.topics.get_mut(key) else { return };
        topic.clients.retain(|known| known.id != client);
        if !topic.clients.is_empty() {
            return;
        }
        self.topics.remove(key);
        if let Some(shipment) = shipment
            && let Some(keys) = self.by_shipment.get_mut(&shipment)
        {
            keys.retain(|known| known != key);
            if keys.is_empty() {
                self.by_shipment.remove(&shipment);
            }
        }
    }

    /// The topic, if anybody looks at it.
    pub fn get(&self, view: ViewKey, audience: Audience) -> Option<&Topic> {
        self.topics.get(&TopicKey { view, audience })
    }

    /// The topics that show this shipment by itself.
    pub fn showing(&self, shipment: ShipmentId) -> impl Iterator<Item = (&TopicKey, &Topic)> {
        let keys = self.by_shipment.get(&shipment).map_or(&[][..], Vec::as_slice);
        keys.iter().filter_map(|key| self.topics.get_key_value(key))
    }

    /// The audiences of a view that somebody looks at.
    pub fn audiences(&self, view: &ViewKey) -> Vec<Audience> {
        self.topics.keys().filter(|key| key.view == *view).map(|key| key.audience).collect()
    }
}
