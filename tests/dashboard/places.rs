//! Several places on one desk, each with a server of its own: going from one to another,
//! and all of them as one list.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use futures::StreamExt;
use insta::assert_snapshot;
use plangate::app::fleet::{Desk, PlaceId};
use plangate::app::keys::keymap::Keymap;
use plangate::app::message::{Answer, Connected, Effect, Message, Question, Ticket};
use plangate::app::{App, Setup};
use plangate::config::{Reasons, Spot};
use plangate::emulator::{self, Clock, Emulator, FaultKind, InjectedFault};
use plangate::gateway::connect::places::Profile;
use plangate::gateway::{self, Failure, FailureKind, Gateway};
use plangate::journal::{Journal, Record};
use plangate::plan::Scope;
use plangate::plan::edit::jump::Percent;
use plangate::ui::{self, look::Look};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use tempfile::TempDir;
use tokio::sync::mpsc::unbounded_channel;

use crate::session::{events, now, text_of};

/// A desk, the servers of its places and its terminal.
struct Desks {
    desk: Desk,
    servers: BTreeMap<PlaceId, Emulator>,
    gateways: BTreeMap<PlaceId, Gateway>,
    journals: BTreeMap<PlaceId, Journal>,
    spots: BTreeMap<PlaceId, Spot>,
    folder: TempDir,
    /// The Regions that cannot be connected to.
    broken: BTreeSet<String>,
    /// The profiles of the AWS files.
    profiles: Vec<Profile>,
    /// How often the plans of a place were asked for.
    readings: BTreeMap<PlaceId, usize>,
    quit: bool,
    /// The profiles where who one is is answered late, and what waits for that.
    late: BTreeSet<String>,
    late_answers: Vec<(PlaceId, Ticket)>,
    /// The view as plain text, as it was asked for last.
    described: Option<String>,
    terminal: Terminal<TestBackend>,
    waiting: VecDeque<(PlaceId, Effect)>,
}

fn spot(profile: Option<&str>, region: &str) -> Spot {
    Spot {
        profile: profile.map(str::to_owned),
        region: Some(region.to_owned()),
    }
}

/// What holds for a place: profiles that begin so are protected.
fn setup(spot: &Spot, demo: bool) -> Setup {
    let profile = spot.profile.clone().unwrap_or_default();
    Setup {
        protected: profile.starts_with("prod"),
        profile,
        demo,
        who: "ops".to_owned(),
        read_only: false,
        guard: Percent::GUARD,
        reasons: Reasons::default(),
        silence: std::sync::Arc::default(),
    }
}

impl Desks {
    /// Regions of the sample account, all read.
    async fn regions(columns: u16, rows: u16, regions: &[&str]) -> Self {
        let spots = regions.iter().map(|region| spot(None, region)).collect();
        let mut desks = Self::begin(columns, rows, spots, true);
        desks.resolve().await;
        desks
    }

    fn begin(columns: u16, rows: u16, spots: Vec<Spot>, demo: bool) -> Self {
        let mut spots = spots.into_iter();
        let first = spots.next().unwrap();
        let app = App::new(
            setup(&first, demo),
            Keymap::shipped().unwrap(),
            columns,
            rows,
        );
        let setup_of = Box::new(move |spot: &Spot| match spot.profile.as_deref() {
            Some("bad") => Err("the configuration of bad cannot be used.".to_owned()),
            _ => Ok(setup(spot, demo)),
        });
        let mut desk = Desk::new(app, first, setup_of)
            .together_with(spots)
            .unwrap();
        let waiting = desk.start().into();
        Self {
            desk,
            servers: BTreeMap::new(),
            gateways: BTreeMap::new(),
            journals: BTreeMap::new(),
            spots: BTreeMap::new(),
            folder: tempfile::tempdir().unwrap(),
            broken: BTreeSet::new(),
            profiles: Vec::new(),
            readings: BTreeMap::new(),
            quit: false,
            late: BTreeSet::new(),
            late_answers: Vec::new(),
            described: None,
            terminal: Terminal::new(TestBackend::new(columns, rows)).unwrap(),
            waiting,
        }
    }

    fn region(&self, id: PlaceId) -> String {
        let profile = self.spots[&id].profile.clone();
        let of_profile = self
            .profiles
            .iter()
            .find(|one| Some(&one.name) == profile.as_ref());
        let of_profile = of_profile.and_then(|profile| profile.region.clone());
        let region = self.spots[&id].region.clone().or(of_profile);
        region.unwrap_or_else(|| "us-east-1".to_owned())
    }

    /// Does all that is wanted done.
    async fn resolve(&mut self) {
        while let Some((id, effect)) = self.waiting.pop_front() {
            self.carry_out(id, effect).await;
        }
    }

    async fn carry_out(&mut self, id: PlaceId, effect: Effect) {
        match effect {
            Effect::Open(spot) => {
                assert!(self.spots.insert(id, spot).is_none(), "opened twice");
            }
            Effect::Ask(ticket, Question::Connect) => self.connect(id, ticket).await,
            Effect::Ask(ticket, Question::Identity)
                if self
                    .late
                    .contains(self.spots[&id].profile.as_deref().unwrap_or("")) =>
            {
                self.late_answers.push((id, ticket));
            }
            Effect::Ask(ticket, question) => {
                if matches!(question, Question::Plans { .. }) {
                    *self.readings.entry(id).or_default() += 1;
                }
                let mut answers = plangate::tui::answers(&self.gateways[&id], question, now());
                while let Some(answer) = answers.next().await {
                    self.tell(Some(id), Message::Answer(ticket, answer));
                }
            }
            Effect::Send(ticket, call) => {
                let sent = self.gateways[&id].send(&call).await;
                let answer = Answer::Sent(Box::new(sent));
                self.tell(Some(id), Message::Answer(ticket, answer));
            }
            Effect::Record(ticket, record) => {
                let written = self.journals[&id].write(*record).await;
                let written = written.map_err(|failure| failure.to_string());
                let answer = Answer::Recorded(written);
                self.tell(Some(id), Message::Answer(ticket, answer));
            }
            Effect::Keep(record) => match self.journals.get(&id) {
                Some(journal) => journal.write(*record).await.unwrap(),
                None => assert!(matches!(*record, Record::NoDraft(_)), "{record:?}"),
            },
            Effect::ReadProfiles => {
                let profiles = Ok(self.profiles.clone());
                self.tell(Some(id), Message::Profiles(profiles));
            }
            Effect::Describe => {
                let text = ui::plain::text_of_desk(&self.desk, &Look::new(true, true));
                self.described = Some(text.clone());
                self.tell(Some(id), Message::Described(text));
            }
            Effect::Quit => self.quit = true,
            _ => {}
        }
    }

    async fn connect(&mut self, id: PlaceId, ticket: Ticket) {
        let region = self.region(id);
        if self.broken.contains(&region) {
            let failure = Failure::new(Failure::CONNECT, "", FailureKind::Configuration)
                .saying("the credentials are no good here");
            let answer = Answer::Connected(Err(failure));
            return self.tell(Some(id), Message::Answer(ticket, answer));
        }
        let options = emulator::StartOptions {
            faults: true,
            clock: Clock::fixed(now()),
            ..emulator::StartOptions::default()
        };
        let server = Emulator::start(options).await.unwrap();
        let options = gateway::Options {
            endpoint_url: Some(server.endpoint()),
            region: Some(region.clone()),
            demo: true,
            ..gateway::Options::default()
        };
        let gateway = Gateway::connect(options, unbounded_channel().0)
            .await
            .unwrap();
        // The port differs from run to run, and the screens must not.
        let profile = self.spots[&id].profile.clone();
        let scope = Scope {
            account: profile.unwrap_or_else(|| "demo".to_owned()),
            region,
            endpoint: "http://127.0.0.1:4566".to_owned(),
        };
        let connected = Connected {
            scope: Arc::new(scope.clone()),
            update_interval: gateway.update_interval(),
        };
        self.servers.insert(id, server);
        self.gateways.insert(id, gateway);
        self.tell(
            Some(id),
            Message::Answer(ticket, Answer::Connected(Ok(connected))),
        );
        let (journal, recovered) = Journal::open(self.folder.path(), &scope, now).unwrap();
        self.journals.insert(id, journal);
        self.tell(Some(id), Message::Recovered(Box::new(Ok(recovered))));
    }

    /// It is answered who one is where that was late.
    async fn identify(&mut self) {
        for (id, ticket) in std::mem::take(&mut self.late_answers) {
            let mut answers =
                plangate::tui::answers(&self.gateways[&id], Question::Identity, now());
            while let Some(answer) = answers.next().await {
                self.tell(Some(id), Message::Answer(ticket, answer));
            }
        }
    }

    /// How many updates of plans came to the server of a profile.
    async fn updates(&self, profile: &str) -> usize {
        let sent = self.servers[&self.of_profile(profile)].requests().await;
        let sent = sent.iter().map(|request| request.operation.as_str());
        sent.filter(|operation| *operation == "UpdateUsagePlan")
            .count()
    }

    fn of_profile(&self, profile: &str) -> PlaceId {
        let places = self.desk.places();
        let place = places.iter().find(|place| place.profile() == profile);
        place.unwrap().id
    }

    fn tell(&mut self, from: Option<PlaceId>, message: Message) {
        let effects = self.desk.update(from, message, now());
        self.waiting.extend(effects);
    }

    async fn keys(&mut self, keys: &str) {
        self.press(keys);
        self.resolve().await;
    }

    /// Presses keys, and does nothing yet of what follows.
    fn press(&mut self, keys: &str) {
        for key in events(keys) {
            self.tell(None, Message::Key(key));
        }
    }

    async fn mouse(&mut self, kind: MouseEventKind, column: u16, row: u16) {
        let event = MouseEvent {
            kind,
            column,
            row,
            modifiers: KeyModifiers::NONE,
        };
        self.tell(None, Message::Mouse(event));
        self.resolve().await;
    }

    fn screen(&mut self) -> String {
        let desk = &self.desk;
        let look = Look::new(true, true).guarded(desk.front().core.setup.protected);
        self.terminal
            .draw(|frame| ui::draw_desk(frame, desk, &look))
            .unwrap();
        text_of(self.terminal.backend().buffer())
    }

    #[track_caller]
    fn shows(&mut self, text: &str) {
        let screen = self.screen();
        assert!(screen.contains(text), "{text:?} is not on:\n{screen}");
    }

    #[track_caller]
    fn hides(&mut self, text: &str) {
        let screen = self.screen();
        assert!(!screen.contains(text), "{text:?} is on:\n{screen}");
    }

    /// The place in front and its selected plan.
    fn selected(&self) -> (String, String) {
        let place = self.desk.front_place();
        let row = place.app.core.plans.selected().unwrap();
        (place.region().to_owned(), row.plan.id.0.clone())
    }

    /// How many drafts each Region has.
    fn drafts(&self) -> Vec<(String, usize)> {
        let places = self.desk.places().into_iter();
        places
            .map(|place| {
                (
                    place.region().to_owned(),
                    place.app.core.drafts.changed().count(),
                )
            })
            .collect()
    }

    fn id(&self, region: &str) -> PlaceId {
        let places = self.desk.places();
        let place = places.iter().find(|place| place.region() == region);
        place.unwrap().id
    }
}

const TWO: &[&str] = &["us-east-1", "eu-west-1"];

#[tokio::test]
async fn a_region_is_gone_to_and_back_without_reading_again_and_without_losing_a_draft() {
    let mut desks = Desks::regions(120, 40, &["us-east-1"]).await;
    desks.hides("places");
    desks.keys("r77<enter>").await;
    desks.keys("e<down>").await;
    // By the picker, out of the form.
    desks.keys("@frankfurt<enter>").await;
    assert_eq!(desks.selected().0, "eu-central-1");
    desks.shows("2 accounts");
    desks.shows("1 draft not sent");
    desks.shows("Plans 39 of 39");
    let first = desks.id("us-east-1");
    assert_eq!(desks.readings[&first], 1);
    // By the command line, back into the form.
    desks.keys(":region us-east-1<enter>").await;
    assert_eq!(desks.selected().0, "us-east-1");
    desks.shows("Staged: 1 operation");
    desks.shows("replace /throttle/rateLimit = 77");
    assert_eq!(desks.readings[&first], 1);
    // The same place is never opened twice.
    desks.keys("@eu-central-1<enter>").await;
    assert_eq!(desks.desk.places().len(), 2);
    // A Region that nobody knows is taken as it is typed.
    desks.keys("@xx-north-9<enter>").await;
    assert_eq!(desks.selected().0, "xx-north-9");
    desks.keys(":region yy-south-8<enter>").await;
    assert_eq!(desks.desk.places().len(), 4);
}

#[tokio::test]
async fn the_picker_shows_what_is_open_what_is_there_and_what_is_known() {
    for (columns, rows) in [(80, 24), (120, 40)] {
        let mut desks = Desks::begin(columns, rows, vec![spot(Some("dev"), "eu-west-1")], false);
        let profile = |name: &str, region: Option<&str>| Profile {
            name: name.to_owned(),
            region: region.map(str::to_owned),
        };
        desks.profiles = vec![
            profile("bad", None),
            profile("dev", Some("eu-west-1")),
            profile("prod", Some("eu-central-1")),
        ];
        desks.resolve().await;
        desks.keys("r77<enter>@").await;
        assert_snapshot!(format!("picker {columns}x{rows}"), desks.screen());
        // A profile is opened in its Region, with what holds for it.
        desks.keys("prod<enter>").await;
        assert_eq!(desks.selected().0, "eu-central-1");
        desks.shows("PROTECTED");
        // One that is open already is gone to.
        desks.keys(":profile dev<enter>").await;
        assert_eq!(desks.desk.places().len(), 2);
        desks.hides("PROTECTED");
        // What cannot be opened leaves everything as it is.
        desks.keys(":profile bad<enter>").await;
        desks.shows("the configuration of bad cannot be used");
        assert_eq!(desks.desk.places().len(), 2);
    }
}

#[tokio::test]
async fn all_places_stand_in_one_list() {
    for (columns, rows) in [(80, 24), (120, 40)] {
        let mut desks = Desks::regions(columns, rows, TWO).await;
        desks.shows("Plans 78 of 78");
        desks.keys("jr77<enter><space>j<space>").await;
        assert_snapshot!(format!("together {columns}x{rows}"), desks.screen());
    }
}

#[tokio::test]
async fn moving_brings_the_place_of_the_row_to_the_front() {
    let mut desks = Desks::regions(120, 40, TWO).await;
    assert_eq!(desks.selected().0, "us-east-1");
    desks.keys("j").await;
    let (region, id) = desks.selected();
    assert_eq!(region, "eu-west-1");
    desks.keys("k").await;
    assert_eq!(desks.selected(), ("us-east-1".to_owned(), id));
    // Numbers, pages and ends are those of the whole list.
    desks.keys("3j").await;
    assert_eq!(desks.selected().0, "eu-west-1");
    desks.keys("G").await;
    assert_eq!(desks.desk.in_sight().unwrap().at, 77);
    desks.keys("g").await;
    assert_eq!(desks.desk.in_sight().unwrap().at, 0);
    // What is asked for goes to the place of the row.
    desks.keys("jr55<enter>").await;
    assert_eq!(
        desks.drafts(),
        [("us-east-1".to_owned(), 0), ("eu-west-1".to_owned(), 1)]
    );
    desks.keys("v<ctrl-s>y").await;
    let sent = desks.servers[&desks.id("eu-west-1")].requests().await;
    assert!(
        sent.iter()
            .any(|request| request.operation == "UpdateUsagePlan")
    );
    let other = desks.servers[&desks.id("us-east-1")].requests().await;
    assert!(
        !other
            .iter()
            .any(|request| request.operation == "UpdateUsagePlan")
    );
}

#[tokio::test]
async fn the_mouse_moves_and_opens_in_the_list_of_all() {
    let mut desks = Desks::regions(120, 40, TWO).await;
    // The head stands in row 2, the first plan in row 3.
    desks
        .mouse(MouseEventKind::Down(MouseButton::Left), 10, 6)
        .await;
    assert_eq!(desks.desk.in_sight().unwrap().at, 3);
    assert_eq!(desks.selected().0, "eu-west-1");
    desks
        .mouse(MouseEventKind::Down(MouseButton::Left), 10, 6)
        .await;
    desks.shows("┏ Plan ");
    desks.keys("<esc>").await;
    desks.mouse(MouseEventKind::ScrollDown, 10, 6).await;
    assert_eq!(desks.desk.in_sight().unwrap().at, 6);
}

#[tokio::test]
async fn the_filter_narrows_all_places_and_finds_the_place_too() {
    let mut desks = Desks::regions(120, 40, TWO).await;
    desks.keys("3j").await;
    let before = desks.selected();
    desks.keys("/gold").await;
    let shown = desks.desk.in_sight().unwrap().count;
    assert!(shown > 0 && shown % 2 == 0, "{shown}");
    desks.keys(" eu-west").await;
    assert_eq!(desks.desk.in_sight().unwrap().count, shown / 2);
    assert_eq!(desks.selected().0, "eu-west-1");
    // One step back brings back what was selected, in its place.
    desks.keys("<esc>").await;
    assert_eq!(desks.desk.in_sight().unwrap().count, 78);
    assert_eq!(desks.selected(), before);
    // What is accepted stays.
    desks.keys("/eu-west<enter>").await;
    assert_eq!(desks.desk.in_sight().unwrap().count, 39);
    desks.shows("/eu-west");
    desks.keys("<esc>").await;
    assert_eq!(desks.desk.in_sight().unwrap().count, 78);
}

#[tokio::test]
async fn the_list_is_sorted_over_all_places() {
    let mut desks = Desks::regions(120, 40, TWO).await;
    let rates = |desks: &Desks| -> Vec<Option<f64>> {
        let rows = desks.desk.window();
        rows.map(|(_, _, row)| {
            row.plan
                .settings
                .throttle
                .and_then(|t| t.rate)
                .map(plangate::plan::Rate::get)
        })
        .collect()
    };
    desks.keys("srate<enter>g").await;
    assert!(rates(&desks).is_sorted(), "{:?}", rates(&desks));
    desks.keys("Sg").await;
    let mut turned = rates(&desks);
    turned.reverse();
    assert!(turned.is_sorted(), "{turned:?}");
    desks.keys("swhere<enter>g").await;
    let places: Vec<String> = desks
        .desk
        .window()
        .map(|(_, at, _)| at.region().to_owned())
        .collect();
    assert!(
        places.iter().all(|region| region == "eu-west-1"),
        "{places:?}"
    );
}

#[tokio::test]
async fn marks_and_a_tweak_reach_over_places_and_are_undone_as_one() {
    let mut desks = Desks::regions(120, 40, TWO).await;
    desks.keys("*").await;
    desks.shows("78 marked");
    desks.keys("-").await;
    desks.hides("marked");
    // A range over both places.
    desks.keys("<space><down><down>M").await;
    desks.shows("4 marked");
    desks.keys("-g<space><space>Trate x2").await;
    desks.shows("1 plan changes, 1 in eu-west");
    desks.keys("<enter>").await;
    desks.shows("Also staged: 1 in eu-west-1");
    let both = [("us-east-1".to_owned(), 1), ("eu-west-1".to_owned(), 1)];
    assert_eq!(desks.drafts(), both);
    desks.keys("u").await;
    assert!(desks.drafts().iter().all(|(_, count)| *count == 0));
    desks.keys("<ctrl-r>").await;
    assert_eq!(desks.drafts(), both);
    // The review is that of one place, and says where the others are.
    desks.keys("V").await;
    desks.shows("More wait: 1 in");
    // The question at the end knows all of them.
    desks.keys("<ctrl-c>").await;
    desks.shows("us-east-1: 1 draft was not sent");
    desks.shows("eu-west-1: 1 draft was not sent");
    desks.shows("Drafts are kept and come");
    desks.keys("n").await;
    assert!(!desks.quit);
    desks.keys("<ctrl-c>y").await;
    assert!(desks.quit);
}

#[tokio::test]
async fn a_place_that_cannot_be_read_says_so_in_place_and_is_tried_again() {
    let spots = TWO.iter().map(|region| spot(None, region)).collect();
    let mut desks = Desks::begin(120, 40, spots, true);
    desks.broken.insert("us-east-1".to_owned());
    desks.resolve().await;
    desks.shows("Plans 39 of 39 · 2 accounts");
    desks.shows("! us-east-1 (R tries again): ");
    desks.shows("credentials are no good");
    assert_eq!(desks.selected().0, "eu-west-1");
    desks.broken.clear();
    desks.keys("R").await;
    desks.shows("Plans 78 of 78");
    desks.hides("tries again");
    // A failure of the service is told in place too, and what was there stays.
    let server = &desks.servers[&desks.id("eu-west-1")];
    let fault = InjectedFault::next("GetUsagePlans", FaultKind::ExpiredToken);
    server.faults().schedule(fault);
    desks.keys("R").await;
    desks.shows("! eu-west-1 (R tries again): ");
    desks.shows("Plans 78 of 78");
}

#[tokio::test]
async fn what_ends_elsewhere_is_told_in_front() {
    let mut desks = Desks::regions(120, 40, &["us-east-1"]).await;
    desks.keys("@frankfurt<enter>").await;
    desks.keys("r55<enter>v").await;
    // It is on its way when the operator goes elsewhere.
    desks.press("<ctrl-s>y@us-east-1<enter>");
    assert_eq!(desks.desk.front_place().region(), "us-east-1");
    desks.resolve().await;
    desks.shows("eu-central-1: Sent: ");
}

/// Two profiles of one account in one Region, of which the second is late to say whose it
/// is.
async fn of_one_account() -> Desks {
    let spots = ["dev", "ops"].map(|profile| spot(Some(profile), "eu-west-1"));
    let mut desks = Desks::begin(120, 40, spots.into(), false);
    desks.late.insert("ops".to_owned());
    desks.resolve().await;
    desks
}

#[tokio::test]
async fn two_profiles_of_one_account_are_shown_once() {
    let mut desks = of_one_account().await;
    desks.shows("Plans 78 of 78");
    desks.keys("*").await;
    desks.shows("78 marked");
    desks.identify().await;
    desks.shows("Plans 39 of 39");
    desks.shows("39 marked");
    desks.shows("ops: the same account as dev eu-west-1, shown once");
    // What is not shown is not changed either.
    desks.keys("Trate x2").await;
    desks.hides(" in ops");
    desks.keys("<enter>").await;
    let drafts = |desks: &Desks, profile: &str| {
        let id = desks.of_profile(profile);
        let places = desks.desk.places();
        let place = places.iter().find(|place| place.id == id).unwrap();
        place.app.core.drafts.count_changed()
    };
    assert!(drafts(&desks, "dev") > 0);
    assert_eq!(drafts(&desks, "ops"), 0);
    desks.keys("u@ops").await;
    desks.shows("the same account as dev eu-west-1");
    // By itself it has no marks left from before.
    desks.keys("<enter>").await;
    assert_eq!(desks.desk.front_place().profile(), "ops");
    desks.hides("marked");
}

#[tokio::test]
async fn nothing_is_sent_from_a_second_profile_of_one_account() {
    let mut desks = of_one_account().await;
    desks.keys("@ops eu-west-1<enter>r55<enter>").await;
    desks.identify().await;
    desks.keys("v<ctrl-s>").await;
    desks.shows("this is the same account as dev eu-west-1");
    desks.keys("y").await;
    desks.keys("<esc>V<ctrl-s>").await;
    desks.shows("this is the same account as dev eu-west-1");
    assert_eq!(desks.updates("ops").await, 0);
    // The draft is there again, and the other profile can send.
    desks.keys("<esc>@dev eu-west-1<enter>").await;
    desks.shows("1 draft");
    desks.keys("r55<enter>v<ctrl-s>y").await;
    assert_eq!(desks.updates("dev").await, 1);
    desks.keys("@ops eu-west-1<enter>").await;
    desks.shows("1 draft not sent");
}

#[tokio::test]
async fn a_queue_waits_where_it_turns_out_to_be_of_an_account_that_has_one() {
    let mut desks = of_one_account().await;
    desks.keys("@ops eu-west-1<enter>r55<enter>v").await;
    desks.press("<ctrl-s>y");
    desks.identify().await;
    desks.resolve().await;
    desks.shows("The send queue is paused: this is the same account as dev eu-west-1");
    assert_eq!(desks.updates("ops").await, 0);
    desks.keys("Qp").await;
    desks.shows("this is the same account as dev eu-west-1");
    assert_eq!(desks.updates("ops").await, 0);
}

#[tokio::test]
async fn the_plans_of_a_key_are_those_of_one_place() {
    let mut desks = Desks::regions(120, 40, TWO).await;
    desks.keys("jK").await;
    desks.keys("<down><enter>").await;
    assert!(!desks.desk.is_together());
    desks.shows("of key");
    desks.keys("@all open<enter>").await;
    desks.shows("Plans 78 of 78");
}

#[tokio::test]
async fn the_command_line_goes_to_the_plans_of_all_places() {
    let mut desks = Desks::regions(120, 40, TWO).await;
    desks.keys(":qm6bea").await;
    desks.shows("goes to the plan in eu-west-1");
    // The second is that of the other place.
    desks.keys("<tab><tab><enter>").await;
    assert_eq!(
        desks.selected(),
        ("eu-west-1".to_owned(), "qm6bea".to_owned())
    );
    desks.shows("┏ Plan qm6bea");
    assert!(desks.desk.is_together());
    // The cursor of the list came along.
    desks.keys("<esc>k").await;
    assert_eq!(
        desks.selected(),
        ("us-east-1".to_owned(), "qm6bea".to_owned())
    );
}

#[tokio::test]
async fn the_list_of_all_places_fits_the_smallest_terminal() {
    let mut desks = Desks::regions(60, 15, TWO).await;
    assert_snapshot!("together 60x15", desks.screen());
}

#[tokio::test]
async fn the_list_of_all_places_is_had_as_plain_text_too() {
    let spots = ["us-east-1", "eu-west-1", "eu-central-1"];
    let spots = spots.iter().map(|region| spot(None, region)).collect();
    let mut desks = Desks::begin(80, 24, spots, true);
    desks.broken.insert("eu-central-1".to_owned());
    desks.resolve().await;
    desks.keys("/gold<enter>").await;
    desks.keys(":plain-text<enter>").await;
    let text = desks.described.take().unwrap();
    assert!(
        text.contains("# Plans 6 of 78 · 3 accounts · /gold"),
        "{text}"
    );
    let head = text.lines().find(|line| line.contains("NAME")).unwrap();
    let rows: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("qm6bea"))
        .collect();
    assert_eq!(rows.len(), 2, "{text}");
    for (row, region) in rows.iter().zip(["us-east-1", "eu-west-1"]) {
        assert_eq!(head.find("WHERE"), row.find(region), "{head}\n{row}");
        assert_eq!(head.find("NAME"), row.find("orders-gold"), "{head}\n{row}");
    }
    // What is missing is told below, whole.
    let foot = text.split("! eu-central-1 (R tries again): ").nth(1);
    assert!(
        foot.is_some_and(|foot| foot.contains("no good here")),
        "{text}"
    );
    // The detail is that of one plan.
    desks.keys("<esc><enter>").await;
    desks.keys(":plain-text<enter>").await;
    let text = desks.described.take().unwrap();
    assert!(
        text.contains("# Plan ") && !text.contains("# Plans"),
        "{text}"
    );
}

#[tokio::test]
async fn a_tweak_is_undone_wherever_it_was_made_whatever_is_marked_now() {
    let none = [("us-east-1".to_owned(), 0), ("eu-west-1".to_owned(), 0)];
    let both = [("us-east-1".to_owned(), 1), ("eu-west-1".to_owned(), 1)];
    let mut desks = Desks::regions(120, 40, TWO).await;
    desks.keys("<space><space>Trate x2<enter>").await;
    assert_eq!(desks.drafts(), both);
    // Other plans are marked now, and in one place only.
    desks.keys("-G<space>").await;
    assert_eq!(desks.selected().0, "eu-west-1");
    desks.keys("u").await;
    assert_eq!(desks.drafts(), none);
    desks.shows("Also in us-east-1");
    desks.keys("<ctrl-r>").await;
    assert_eq!(desks.drafts(), both);
    desks.keys("u").await;
    assert_eq!(desks.drafts(), none);
}

#[tokio::test]
async fn a_tweak_that_changed_nothing_in_front_is_undone_elsewhere() {
    let one = [("us-east-1".to_owned(), 1), ("eu-west-1".to_owned(), 0)];
    let both = [("us-east-1".to_owned(), 1), ("eu-west-1".to_owned(), 1)];
    let mut desks = Desks::regions(120, 40, TWO).await;
    // The first of the two has that rate already, by its draft.
    desks.keys("r77<enter>").await;
    assert_eq!(desks.drafts(), one);
    desks.keys("<space><space>gTrate 77<enter>").await;
    desks.shows("Nothing changes here. Also staged: 1 in eu-west-1");
    assert_eq!(desks.drafts(), both);
    // The draft that was there before stays.
    desks.keys("u").await;
    assert_eq!(desks.drafts(), one);
    desks.shows("in eu-west-1");
    desks.keys("<ctrl-r>").await;
    assert_eq!(desks.drafts(), both);
}

#[tokio::test]
async fn a_failure_is_told_once() {
    let spots = TWO.iter().map(|region| spot(None, region)).collect();
    let mut desks = Desks::begin(120, 40, spots, true);
    desks.resolve().await;
    let server = &desks.servers[&desks.id("eu-west-1")];
    let fault = InjectedFault::next("GetUsagePlans", FaultKind::ExpiredToken);
    server.faults().schedule(fault);
    desks.keys("R").await;
    let screen = desks.screen();
    let told = screen.matches("token included in the request").count();
    assert_eq!(told, 1, "{screen}");
    desks.hides("eu-west-1: ");
}
