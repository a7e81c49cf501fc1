//! What the screens show.

use crate::session::Session;

#[tokio::test]
async fn the_list_and_the_detail_at_three_sizes() {
    for (columns, rows) in [(80, 24), (120, 40), (40, 10)] {
        let mut session = Session::start(columns, rows).await;
        session.save();
    }
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.save();
    session.keys("e").await;
    session.save();
    session
        .keys("<down><down><down><down><enter><backspace>x<tab>12<esc>")
        .await;
    session.save();
    session.keys("GG<enter>").await;
    session.save();
    session.keys("Stage_A<enter>a").await;
    session.save();
    session.keys("<down><enter>2<tab>3<esc>p").await;
    session.save();
    session.keys("x").await;
    session.save();
    session.keys("<esc>v").await;
    session.save();
    session.keys("<ctrl-s>").await;
    session.save();
    session.keys("?").await;
    session.save();
    session.keys("<esc>L").await;
    session.save();
}
