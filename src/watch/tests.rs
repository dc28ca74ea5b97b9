//! A run as it is watched: what keys do, what is seen, and that watching changes nothing.

use std::time::Duration;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{Player, draw, press};
use crate::base::{Event, Fold, SimTime};
use crate::check::Verdict;
use crate::run::{Options, run};
use crate::scenario::plan::Plan;
use crate::scenario::{self, LIVELY};

fn plan_of(source: &str) -> Plan {
    scenario::load(source, "lively.toml", None).unwrap_or_else(|d| panic!("{d}")).plan()
}

fn player() -> Player {
    Player::new(plan_of(LIVELY), true)
}

/// Presses keys, each as one character, and lets all happen that they ask for.
fn keys(player: &mut Player, keys: &str) {
    for key in keys.chars() {
        let code = match key {
            '\n' => KeyCode::Enter,
            '\t' => KeyCode::Tab,
            '\u{1b}' => KeyCode::Esc,
            key => KeyCode::Char(key),
        };
        press(player, KeyEvent::new(code, KeyModifiers::NONE));
        while player.work() {}
    }
}

/// Lets so much of the machine's time go by, as long as the run is not paused.
fn wait(player: &mut Player, elapsed: Duration) {
    player.pass(elapsed);
    while player.work() {}
}

/// What is on a screen of this size.
fn screen(player: &Player, width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("memory");
    terminal.draw(|frame| draw(frame, player)).expect("memory");
    let quoted = terminal.backend().to_string();
    quoted.lines().map(|line| line.trim_matches('"').trim_end().to_owned() + "\n").collect()
}

fn snapshot(name: &str, screen: &str) {
    insta::with_settings!({
        snapshot_path => "../../snapshots/watch", prepend_module_to_snapshot => false, omit_expression => true,
    }, {
        insta::assert_snapshot!(name, screen);
    });
}

/// Every event with its time.
#[derive(Default)]
struct All(Vec<(SimTime, Event)>);

impl Fold for All {
    fn on(&mut self, at: SimTime, event: &Event) {
        self.0.push((at, event.clone()));
    }
}

fn all_events() -> Vec<(SimTime, Event)> {
    let all = std::rc::Rc::new(std::cell::RefCell::new(All::default()));
    run(&plan_of(LIVELY), Options { listeners: vec![all.clone()], ..Options::default() });
    all.take().0
}

#[test]
fn watching_changes_nothing_however_it_is_done() {
    let alone = run(&plan_of(LIVELY), Options::default()).report;
    let mut player = player();
    keys(&mut player, "nnnspbfftle\tzjj");
    keys(&mut player, "g2m\nb/read\ng1:30\n5 ");
    wait(&mut player, Duration::from_millis(40));
    let report = player.report().expect("it is over");
    assert_eq!((report.trace_hash, report.events), (alone.trace_hash, alone.events));
    assert_eq!((report.verdict, report.is_as_declared), (alone.verdict, alone.is_as_declared));
    assert_eq!(player.place().1, alone.events, "every event was shown");
}

#[test]
fn a_step_shows_one_event_and_the_next_of_a_kind_is_the_next_of_all() {
    let all = all_events();
    let mut player = player();
    let begun = player.place().1 as usize;
    for shown in begun + 1..begun + 300 {
        keys(&mut player, "n");
        assert_eq!(player.place(), (all[shown - 1].0, shown as u64));
    }
    type Wanted = fn(&Event) -> bool;
    let jumps: [(&str, Wanted); 4] = [
        ("f", |event| matches!(event, Event::FaultBegan { .. } | Event::FaultEnded { .. })),
        ("t", |event| matches!(event, Event::RecordRefused { .. } | Event::TableThrottled { .. })),
        ("l", |event| matches!(event, Event::LeaseLost { .. } | Event::LeaseGained { from: Some(_), .. })),
        ("/hostcr\n", |event| matches!(event, Event::HostCrashed { .. })),
    ];
    for (jump, is_wanted) in jumps {
        keys(&mut player, "r");
        let expected = all.iter().enumerate().skip(begun).filter(|(_, (_, event))| is_wanted(event));
        let mut times = 0;
        for (number, (at, _)) in expected.take(5) {
            keys(&mut player, jump);
            assert_eq!(player.place(), (*at, number as u64 + 1), "{jump}");
            times += 1;
        }
        assert!(times > 0, "{jump} finds something");
    }
}

#[test]
fn going_back_and_on_again_shows_the_same_screen() {
    let mut player = player();
    let mut seen = Vec::new();
    for at in ["30s", "1m25s", "2m45s", "4m"] {
        keys(&mut player, &format!("g{at}\n"));
        seen.push((at, screen(&player, 140, 40)));
    }
    assert!(seen.windows(2).all(|two| two[0].1 != two[1].1), "something has happened");
    // Also from elsewhere: in single events, played, and from before and after.
    keys(&mut player, "rnnn");
    for (at, expected) in seen.iter().rev().chain(&seen) {
        keys(&mut player, &format!("g{at}\n"));
        assert_eq!(screen(&player, 140, 40), *expected, "at {at}");
    }
    keys(&mut player, "g1m20s\n f");
    let (place, before) = (player.place(), screen(&player, 140, 40));
    keys(&mut player, "pnpppnnn");
    assert_eq!((player.place(), screen(&player, 140, 40)), (place, before));
}

#[test]
fn played_time_goes_by_as_fast_as_was_asked_and_stands_still_when_paused() {
    let mut player = player();
    keys(&mut player, "2 ");
    wait(&mut player, Duration::from_millis(500));
    assert_eq!(player.place().0, SimTime::from_secs(5), "ten times as fast");
    keys(&mut player, " ");
    wait(&mut player, Duration::from_secs(60));
    assert_eq!(player.place().0, SimTime::from_secs(5));
    keys(&mut player, "- ");
    wait(&mut player, Duration::from_secs(1));
    assert_eq!(player.place().0, SimTime::from_secs(6), "as fast as the machine's clock");
    keys(&mut player, "5");
    wait(&mut player, Duration::from_millis(1));
    assert!(player.is_still() && player.report().is_some(), "it stops at the end");
}

#[test]
fn a_failed_check_is_found_at_the_event_that_shows_it() {
    let source = LIVELY.replace("seed = 7", "seed = 7\nbug = \"checkpoint-ahead-of-work\"");
    let plan = plan_of(&source);
    let failing: Vec<_> = run(&plan, Options::default()).report.checks;
    let failing = failing.into_iter().filter(|check| check.verdict == Verdict::Fail).collect::<Vec<_>>();
    assert!(!failing.is_empty(), "the bug breaks something");
    let first = failing.iter().flat_map(|check| check.evidence.first()).map(|evidence| evidence.at).min();
    let mut player = Player::new(plan, true);
    keys(&mut player, "c");
    let failed = |player: &Player| player.checks().iter().filter(|check| check.verdict == Verdict::Fail).count();
    assert!(failed(&player) > 0);
    assert_eq!(Some(player.place().0), first);
    keys(&mut player, "b");
    assert_eq!(failed(&player), 0, "a second before it had not failed");
}

#[test]
fn control_and_a_letter_is_not_the_letter_and_control_c_stops_whatever_is_being_written() {
    let mut player = player();
    let with_control = |c| KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL);
    let place = player.place();
    for c in ['n', 's', 'f', 'q'] {
        press(&mut player, with_control(c));
    }
    assert!(player.place() == place && player.is_still() && !player.is_done());
    keys(&mut player, "/lease");
    press(&mut player, with_control('c'));
    assert!(player.is_done());
}

#[test]
fn the_worst_stand_first_when_that_is_asked_for() {
    let mut player = player();
    keys(&mut player, "g1m25s\nz");
    // The rows of the pane that stands alone, by what they begin with.
    let shards = |player: &Player| -> Vec<String> {
        let screen = screen(player, 80, 24);
        let first = screen.lines().filter_map(|line| line.trim_start_matches('│').split_whitespace().next());
        first.filter(|word| word.parse::<u32>().is_ok()).map(str::to_owned).collect()
    };
    assert_eq!(shards(&player), ["0", "1", "2"]);
    keys(&mut player, "o");
    assert_eq!(shards(&player), ["2", "1", "0"], "2 throttles, records of 1 wait");
    keys(&mut player, "\t");
    assert_eq!(shards(&player), ["1", "0", "2"], "nobody reads 1");
    keys(&mut player, "o");
    assert_eq!(shards(&player), ["0", "1", "2"]);
}

#[test]
fn what_is_not_there_is_said_and_nothing_moves() {
    let mut player = player();
    let place = player.place();
    keys(&mut player, "/hostcrushed\n");
    assert!(screen(&player, 80, 24).contains("no event has `hostcrushed` in its name; is HostCrashed meant?"));
    keys(&mut player, "gsoon\n");
    assert!(screen(&player, 80, 24).contains("`soon` is no time such as 4m10s"));
    assert_eq!(player.place(), place);
    keys(&mut player, "/zonechanged\n");
    assert!(screen(&player, 80, 24).contains("the run is over: no ZoneChanged was left"));
}

#[test]
fn what_is_seen_is_reviewed() {
    let mut player = player();
    snapshot("start_80x24", &screen(&player, 80, 24));
    keys(&mut player, "g1m25s\n");
    snapshot("crashed_80x24", &screen(&player, 80, 24));
    snapshot("crashed_140x40", &screen(&player, 140, 40));
    snapshot("crashed_60x20", &screen(&player, 60, 20));
    keys(&mut player, "?");
    let help = screen(&player, 80, 24);
    assert!(super::keys::KEYS.iter().all(|(_, what)| help.contains(what)), "every key is there");
    snapshot("keys_80x24", &help);
    keys(&mut player, "?\t\tze");
    snapshot("every_event_alone_80x24", &screen(&player, 80, 24));
    keys(&mut player, "zeg3m\n");
    snapshot("paused_worker_140x40", &screen(&player, 140, 40));
    keys(&mut player, "g4m\n");
    snapshot("over_80x24", &screen(&player, 80, 24));
}

#[test]
fn any_size_is_drawn_and_any_key_is_taken() {
    let mut player = player();
    keys(&mut player, "g1m30s\n");
    for (width, height) in [(1, 1), (3, 2), (10, 5), (20, 8), (69, 11), (70, 9), (200, 60)] {
        for key in ["", "?", "?z", "\t", "z", "/a", "\u{1b}"] {
            keys(&mut player, key);
            assert_eq!(screen(&player, width, height).lines().count(), usize::from(height));
        }
    }
}
