//! The command line as a user meets it: what it prints and its exit codes.

mod support;

use std::path::Path;

use support::{SMALL, kinesim, text, write};

#[test]
fn a_run_that_holds_exits_0_and_prints_its_verdict_without_colour_codes_when_piped() {
    let output = kinesim(&["run", "scenarios/hot-shard.toml"]);
    let out = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{out}{}", text(&output.stderr));
    assert!(out.contains("hot key"), "{out}");
    assert!(!out.contains('\u{1b}'), "no colour codes when piped");
}

#[test]
fn a_failed_expectation_exits_1_with_the_line_that_reproduces_it() {
    let file = write("fails.toml", &format!("{SMALL}\n[[expect]]\nthrottled_writes = \"> 1%\"\n"));
    let output = kinesim(&["run", &file]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("kinesim run"), "{}", text(&output.stdout));
}

#[test]
fn a_run_is_watched_on_a_terminal_only_and_elsewhere_is_told_what_to_use() {
    let output = kinesim(&["watch", "scenarios/gc-pause.toml", "--seed", "7@3m12s:41"]);
    assert_eq!(output.status.code(), Some(2));
    let err = text(&output.stderr);
    assert!(output.stdout.is_empty() && err.contains("kinesim run scenarios/gc-pause.toml"), "{err}");
}

#[test]
fn a_wrong_scenario_exits_2_and_points_into_the_file() {
    let file = write("wrong.toml", &SMALL.replace("shards = 1", "shard = 1"));
    let output = kinesim(&["run", &file]);
    assert_eq!(output.status.code(), Some(2));
    let err = text(&output.stderr);
    assert!(err.contains("shards") && err.contains("wrong.toml"), "{err}");
    assert!(output.stdout.is_empty(), "nothing was run");
}

#[test]
fn keys_checks_and_numbers_are_explained_and_a_slip_gets_the_nearest_name() {
    for (key, has) in [
        ("", "stream"),
        ("fault.partition", "are cut"),
        ("consumer.billing.workers", "default: 1"),
        ("mishap", "consumer.NAME.mishap"),
        ("shard-order", "keeps its records in the order"),
        ("consumers.billing.iterator_age_p99_ms", "Age of the last record"),
        ("catch_up_s_max", "number = \"consumers.*.catch_up_s_max\""),
        ("expect.sometimes", "lease-moved"),
        ("lease-moved", "A lease changed its owner."),
        ("consumer.lease_table", "read                     Read units a second (must be given)"),
    ] {
        let output = kinesim(&["explain", key]);
        assert_eq!(output.status.code(), Some(0), "{key}");
        assert!(text(&output.stdout).contains(has), "{key}: {}", text(&output.stdout));
    }
    let slip = kinesim(&["explain", "fault.partitoin"]);
    assert_eq!(slip.status.code(), Some(2));
    assert!(text(&slip.stderr).contains("is `fault.partition` meant?"), "{}", text(&slip.stderr));
}

#[test]
fn a_scenario_of_the_gallery_is_copied_with_the_files_that_it_reads() {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("from-gallery");
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(&dir).expect("a folder");
    let run = |arguments: &[&str]| {
        std::process::Command::new(env!("CARGO_BIN_EXE_kinesim"))
            .args(arguments)
            .current_dir(&dir)
            .output()
            .expect("runs")
    };
    assert_eq!(run(&["new", "mine", "--from", "trace-tickers"]).status.code(), Some(0));
    assert_eq!(run(&["check", "mine.toml"]).status.code(), Some(0));
    let slip = run(&["new", "other", "--from", "hot-shrd"]);
    assert_eq!(slip.status.code(), Some(2));
    assert!(text(&slip.stderr).contains("is `hot-shard` meant?"), "{}", text(&slip.stderr));
}

#[test]
fn a_folder_stands_for_its_scenarios() {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("folder");
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(&dir).expect("a folder");
    let folder = dir.to_str().expect("text");
    assert_eq!(kinesim(&["run", folder]).status.code(), Some(2), "an empty folder is no scenario");
    for name in ["b", "a"] {
        std::fs::write(dir.join(format!("{name}.toml")), SMALL.replace("small", name)).expect("a file");
    }
    let output = kinesim(&["run", "-q", folder]);
    let lines: Vec<String> = text(&output.stdout).lines().map(str::to_owned).collect();
    assert!(lines.len() == 2 && lines[0].contains("a.toml") && lines[1].contains("b.toml"), "{lines:?}");
    assert_eq!(kinesim(&["check", folder]).status.code(), Some(0));
}

#[test]
fn the_events_of_a_run_are_read_by_shard_time_and_kind() {
    let file = write("events.toml", &SMALL.replace("shards = 1", "shards = 2"));
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("events");
    let dir = dir.to_str().expect("text");
    assert_eq!(kinesim(&["run", &file, "--out", dir]).status.code(), Some(0));
    let output = kinesim(&["events", dir, "--shard", "1", "--around", "1m", "--within", "5s", "--kind", "accepted"]);
    let out = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let lines: Vec<&str> = out.lines().collect();
    assert!(lines.len() > 5 && lines.iter().all(|l| l.contains("RecordAccepted") && l.contains("shard=1")), "{out}");
    assert!(lines.iter().all(|l| l.contains("0:00:5") || l.contains("0:01:0")), "{out}");
    let none = kinesim(&["events", dir, "--host", "nobody"]);
    assert_eq!((none.status.code(), none.stdout.len()), (Some(1), 0), "nothing fits");
    let missing = kinesim(&["events", "no/such/folder"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(text(&missing.stderr).contains("no/such/folder"), "{}", text(&missing.stderr));
}

#[cfg(all(feature = "serve", not(feature = "tls")))]
#[test]
fn tls_in_a_build_without_it_names_the_feature() {
    let output = kinesim(&["serve", "--port", "0", "--tls"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("--features tls"), "{}", text(&output.stderr));
}

#[test]
fn a_wrong_command_exits_2() {
    assert_eq!(kinesim(&["rnu"]).status.code(), Some(2));
    assert_eq!(kinesim(&["run", "no-such-file.toml"]).status.code(), Some(2));
}

#[test]
fn a_run_with_nothing_to_judge_exits_3() {
    let file = write("nothing.toml", "name = \"nothing\"\nduration = \"1m\"\n[stream.s]\nshards = 1\n");
    assert_eq!(kinesim(&["run", &file]).status.code(), Some(3));
}

#[test]
fn check_explains_and_runs_nothing() {
    let output = kinesim(&["check", "scenarios/hot-shard.toml"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stdout).contains("shards"));
}

#[test]
fn new_writes_a_starter_that_runs_and_never_overwrites() {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("starter");
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(&dir).expect("a temporary folder");
    let new = || {
        std::process::Command::new(env!("CARGO_BIN_EXE_kinesim"))
            .args(["new", "orders"])
            .current_dir(&dir)
            .output()
            .expect("the binary starts")
    };
    assert_eq!(new().status.code(), Some(0));
    let file = dir.join("orders.toml");
    assert_eq!(kinesim(&["run", file.to_str().expect("text"), "--quiet"]).status.code(), Some(0));
    assert_eq!(new().status.code(), Some(2));
}

#[test]
fn the_committed_schema_is_fresh() {
    let output = kinesim(&["schema"]);
    let committed = std::fs::read_to_string(support::root().join("scenario.schema.json")).expect("the schema");
    assert_eq!(text(&output.stdout), committed, "run: kinesim schema > scenario.schema.json");
}

#[test]
fn json_is_one_document_with_the_documented_members() {
    let output = kinesim(&["run", "scenarios/hot-shard.toml", "--json"]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    assert_eq!(json["schema"], 1);
    for member in
        ["scenario", "seed", "trace_hash", "verdict", "checks", "expectations", "streams", "consumers", "tables"]
    {
        assert!(!json[member].is_null(), "{member}");
    }
    for member in ["simulated_seconds", "wall_seconds", "events"] {
        assert!(json["performance"][member].is_number(), "{member}");
    }
}

#[test]
fn a_scenario_comes_from_standard_input() {
    let with_input = |arguments: &[&str], input: &str| {
        use std::io::Write;
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_kinesim"))
            .args(arguments)
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .expect("the binary starts");
        child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("it reads");
        child.wait_with_output().expect("it ends")
    };
    let run = with_input(&["run", "-", "-q"], SMALL);
    assert_eq!(run.status.code(), Some(0), "{}", text(&run.stderr));
    assert!(text(&run.stdout).ends_with(" - (\"small\", seed 1)\n"), "{}", text(&run.stdout));
    let wrong = with_input(&["check", "-"], &SMALL.replace("shards", "shard"));
    assert_eq!(wrong.status.code(), Some(2));
    assert!(text(&wrong.stderr).contains(" -:5:1"), "{}", text(&wrong.stderr));
}

#[test]
fn files_that_run_at_the_same_time_say_what_they_say_alone_in_their_order() {
    let names = ["hot-shard", "gc-pause", "hot-shard-split", "zombie-worker"];
    let files: Vec<String> = names.iter().map(|name| format!("scenarios/{name}.toml")).collect();
    let of = |jobs: &str| {
        let arguments: Vec<&str> = ["run", "-q", "-j", jobs].into_iter().chain(files.iter().map(|f| &**f)).collect();
        text(&kinesim(&arguments).stdout)
    };
    let (one, three) = (of("1"), of("3"));
    assert_eq!(one, three);
    let order: Vec<bool> = one.lines().zip(&files).map(|(line, file)| line.contains(file.as_str())).collect();
    assert_eq!(order, [true; 4], "{one}");
}

#[test]
fn a_search_tells_each_kind_of_failure_once_with_the_line_that_repeats_it_whatever_runs_beside_it() {
    let expect = "[[expect]]\nnumber = \"streams.s.records_acked\"\nis = \"< 1200\"\n";
    let path = write("searched.toml", &format!("{SMALL}{expect}"));
    let left = ["--regressions", "none", "--out", concat!(env!("CARGO_TARGET_TMPDIR"), "/searched")];
    let search = |jobs| kinesim(&[&["explore", &path, "--seeds", "12", "--jobs", jobs], &left[..]].concat());
    let (one, three) = (search("1"), search("3"));
    let out = text(&one.stdout);
    assert_eq!(one.status.code(), Some(1), "{out}{}", text(&one.stderr));
    assert_eq!(out.matches("failure ").count(), 1, "one bug, however many seeds show it: {out}");
    let again = out.lines().find_map(|line| line.trim().strip_prefix("again: kinesim ")).expect("the line");
    assert_eq!(kinesim(&again.split(' ').collect::<Vec<_>>()).status.code(), Some(1), "it fails as it did: {again}");
    assert_eq!(out, text(&three.stdout), "the same whatever ran beside it");
    let none = kinesim(&["explore", &path, "--seeds", "0"]);
    assert_eq!(none.status.code(), Some(3), "who has run nothing has found nothing out");
    let app = write("searched-app.toml", &format!("{SMALL}[consumer.mine]\nstream = \"s\"\nlibrary = \"app\"\n"));
    let app = kinesim(&["explore", &app]);
    assert_eq!(app.status.code(), Some(2), "{}", text(&app.stdout));
    assert!(text(&app.stderr).contains("here is no code to run"), "{}", text(&app.stderr));
    let clean = kinesim(&["explore", &write("clean.toml", SMALL), "--seeds", "3"]);
    let out = text(&clean.stdout);
    assert_eq!(clean.status.code(), Some(0), "{out}");
    assert!(out.contains("never reached, and what would") && out.contains("no failure in 3 runs"), "{out}");
}

#[test]
fn a_run_that_fails_is_cut_down_to_a_file_that_fails_when_it_is_run() {
    let web = "[producer.web]\nstream = \"s\"\nhosts = 3\nrate = \"20/s\"\nkeys = { uniform = 77 }\n";
    let faults = (1..=9)
        .map(|n| format!("[[fault]]\nat = \"{n}1s\"\nfor = \"3s\"\nlose = {{ hosts = [\"web-{}\"] }}\n", n % 3 + 1));
    let expects = "[[expect]]\nduplicates = \"= 0\"\nif_any = true\n\
                   [[expect]]\nnumber = \"producers.web.attempts\"\nis = \"< 100\"\n";
    let path = write("long.toml", &format!("{SMALL}{web}{}{expects}", faults.collect::<String>()));
    let small = Path::new(env!("CARGO_TARGET_TMPDIR")).join("short.toml");
    let small = small.to_str().expect("text");
    let output = kinesim(&["shrink", &path, "--seed", "7@30s:5", "--out", small]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("lines cut down to"), "{}", text(&output.stderr));
    let written = std::fs::read_to_string(small).expect("the file is there");
    assert!(!written.contains("[[fault]]") && !written.contains("seed =") && !written.contains("web-"), "{written}");
    assert!(written.replace("\n#  ", "").contains("Taken away: all faults"), "{written}");
    let line = written.lines().find_map(|line| line.strip_prefix("# Again: kinesim ")).expect("what repeats it");
    let again = kinesim(&line.split(' ').collect::<Vec<_>>());
    assert_eq!(again.status.code(), Some(1), "{}", text(&again.stdout));
    let other = kinesim(&["shrink", &path, "--check", "shard-order"]);
    assert_eq!(other.status.code(), Some(2));
    assert!(
        text(&other.stderr).contains("`shard-order` does not fail in this run; what does: "),
        "{}",
        text(&other.stderr)
    );
    let clean = kinesim(&["shrink", &write("clean-run.toml", SMALL)]);
    assert_eq!(clean.status.code(), Some(2));
    assert!(text(&clean.stderr).contains("nothing fails in this run"), "{}", text(&clean.stderr));
}

#[test]
fn colours_are_where_they_are_asked_for() {
    let has_colour = |when: &str| {
        let output = kinesim(&["run", "scenarios/hot-shard.toml", "--color", when]);
        text(&output.stdout).contains('\u{1b}')
    };
    assert_eq!(["auto", "always", "never"].map(has_colour), [false, true, false], "the output is a pipe");
}

#[test]
fn shells_complete_and_manual_pages_tell_every_command() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = kinesim(&["completions", shell]);
        assert_eq!(output.status.code(), Some(0));
        assert!(text(&output.stdout).contains("explain"), "{shell}");
    }
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("man");
    let output = kinesim(&["man", dir.to_str().expect("text")]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let page = std::fs::read_to_string(dir.join("kinesim-run.1")).expect("a page of each command");
    assert!(page.contains("check\\-determinism"), "{page}");
    assert!(text(&kinesim(&["man"]).stdout).contains(".TH kinesim 1"));
}

#[test]
fn the_gallery_is_listed_and_copied_under_its_own_names() {
    let list = kinesim(&["new", "--from", "list"]);
    assert_eq!(list.status.code(), Some(0));
    for file in support::gallery() {
        let name = support::stem(&file);
        assert!(text(&list.stdout).lines().any(|line| line.split(' ').next() == Some(name)), "{name}");
    }
    let slip = kinesim(&["new", "--from", "hot-shrad"]);
    assert_eq!(slip.status.code(), Some(2));
    assert!(text(&slip.stderr).contains("is `hot-shard` meant?"), "{}", text(&slip.stderr));
    let key = kinesim(&["explain", "consumer.wrokers"]);
    assert_eq!(key.status.code(), Some(2));
    assert!(text(&key.stderr).contains("is `consumer.workers` meant?"), "{}", text(&key.stderr));
}

#[cfg(feature = "serve")]
#[test]
fn a_port_that_is_taken_is_said_with_what_helps() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let done = kinesim(&["serve", "--port", &port]);
    assert_eq!((done.status.code(), text(&done.stdout)), (Some(2), String::new()));
    let wanted = format!("port {port} of 127.0.0.1 is taken: stop what listens there, or give another --port");
    assert!(text(&done.stderr).contains(&wanted), "{}", text(&done.stderr));
}

#[cfg(all(feature = "serve", feature = "http"))]
mod health {
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::TcpListener;
    use std::process::{Child, Command, Stdio};

    use super::{kinesim, text};

    /// A process that ends with the test.
    struct Ended(Child);

    impl Drop for Ended {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    /// A free port that nothing listens on any more.
    fn free_port() -> String {
        TcpListener::bind("127.0.0.1:0").and_then(|at| at.local_addr()).expect("a port").port().to_string()
    }

    #[test]
    fn an_endpoint_that_answers_is_healthy() {
        let mut serve = Command::new(env!("CARGO_BIN_EXE_kinesim"));
        serve.args(["serve", "--port", "0"]).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut serve = Ended(serve.spawn().expect("starts"));
        let mut ready = String::new();
        BufReader::new(serve.0.stdout.take().expect("piped")).read_line(&mut ready).expect("a line");
        let url = ready.split_whitespace().last().expect("an address");
        let healthy = kinesim(&["health", url]);
        assert_eq!(healthy.status.code(), Some(0), "{}", text(&healthy.stderr));
        assert_eq!(text(&healthy.stdout), format!("kinesim answers at {url}\n"));
        let port = url.rsplit(':').next().expect("a port");
        assert_eq!(kinesim(&["health", &format!("localhost:{port}"), "--wait", "1m"]).status.code(), Some(0));
    }

    #[test]
    fn where_nothing_answers_is_said_in_a_sentence() {
        let port = free_port();
        for arguments in [vec!["health", &port], vec!["health", &port, "--wait", "1ms"]] {
            let refused = kinesim(&arguments);
            assert_eq!(refused.status.code(), Some(1));
            let (err, wanted) = (text(&refused.stderr), format!("nothing answers at http://127.0.0.1:{port}: "));
            assert!(err.contains(&wanted) && err.lines().count() == 1, "{err}");
        }
        let wrong = kinesim(&["health", "https://localhost:4566"]);
        assert_eq!(wrong.status.code(), Some(2));
        assert!(text(&wrong.stderr).contains("write http://"), "{}", text(&wrong.stderr));
    }

    #[test]
    fn another_server_is_not_taken_for_an_endpoint() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port().to_string();
        let answers = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("somebody asks");
            let _ = stream.read(&mut [0; 1024]);
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi").expect("answers");
        });
        let asked = kinesim(&["health", &port]);
        answers.join().expect("answered");
        assert_eq!(asked.status.code(), Some(1));
        assert!(text(&asked.stderr).contains("is not kinesim"), "{}", text(&asked.stderr));
    }
}

#[test]
fn two_runs_are_compared_by_outcome_keys_events_and_figures() {
    let expected = format!("{SMALL}\n[[expect]]\nthrottled_writes = \"< 1%\"\n");
    let calm = write("calm.toml", &expected);
    let busy = write("busy.toml", &expected.replace("10/s", "2000/s"));
    let output = kinesim(&["diff", &calm, &busy]);
    assert_eq!(output.status.code(), Some(1), "a verdict differs: {}", text(&output.stderr));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let out = text(&output.stdout).replace(folder.to_str().expect("text"), "DIR");
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false,
        omit_expression => true }, { insta::assert_snapshot!("diff", out) });

    let left = folder.join("left");
    let left = left.to_str().expect("text");
    assert_eq!(kinesim(&["run", &calm, "--quiet", "--out", left]).status.code(), Some(0));
    let same = kinesim(&["diff", left, &calm]);
    assert_eq!(same.status.code(), Some(0), "{}", text(&same.stderr));
    assert!(text(&same.stdout).contains("Events: all the same"), "{}", text(&same.stdout));
    let of_folder = kinesim(&["diff", left, &busy]);
    let first = |out: &str| out.split("Events:").nth(1).map(str::to_owned).expect("events are compared");
    let of_folder = first(&text(&of_folder.stdout));
    assert_eq!(of_folder, first(&text(&output.stdout)), "a folder's events file says what the run says");
    assert_eq!(kinesim(&["diff", left, "no-such-file.toml"]).status.code(), Some(2));
}

#[test]
fn a_page_is_written_for_a_single_scenario_and_refused_for_several() {
    let (file, folder) = (write("paged.toml", SMALL), Path::new(env!("CARGO_TARGET_TMPDIR")).join("pages"));
    let page = folder.join("page.html");
    let page = page.to_str().expect("text");
    assert_eq!(kinesim(&["run", &file, "--quiet", "--html", page]).status.code(), Some(0));
    let written = std::fs::read_to_string(page).expect("a page");
    assert!(written.starts_with("<!doctype html>") && written.ends_with("</html>\n"));
    let several = kinesim(&["run", &file, &file, "--quiet", "--html", page]);
    assert_eq!(several.status.code(), Some(2));
    assert!(text(&several.stderr).contains("--out DIR"), "{}", text(&several.stderr));
}
