//! The ways between the tasks of a place, the loop and the service.

use tokio::sync::mpsc::Sender;
use tokio::sync::watch;

use crate::app::fleet::PlaceId;
use crate::app::message::Message;
use crate::gateway::Gateway;

/// The way of the news of one place to the loop.
#[derive(Clone, Debug)]
pub(super) struct Reports {
    pub(super) place: PlaceId,
    pub(super) to: Sender<(PlaceId, Message)>,
}

impl Reports {
    pub(super) async fn give(&self, message: Message) {
        // Nobody listens any more when the program is about to end.
        drop(self.to.send((self.place, message)).await);
    }
}

/// The way to the service, as soon as there is one.
pub(super) async fn reach(mut gateway: watch::Receiver<Option<Gateway>>) -> Option<Gateway> {
    let found = gateway.wait_for(Option::is_some).await.ok()?;
    found.clone()
}
