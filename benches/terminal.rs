//! The whole program, as it is felt in a terminal: from exec to the first frame
//! and to the plans, key to screen, idle, memory, size; and how long the commands
//! without a screen take. Prints figures.
//!
//! `cargo bench --bench terminal`

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::cast_precision_loss
)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::Pid;
use support::pty::{PLANGATE, Program, Start};

/// Where this program, started again by itself, is the bare SDK program.
const BARE: &str = "PLANGATE_BENCH_BARE_SDK";

/// How often something that takes milliseconds is measured.
const RUNS: usize = 40;

/// How often something that takes half a second is measured.
const LISTS: usize = 15;

/// How many keys are pressed.
const KEYS: usize = 2000;

fn main() {
    if let Ok(endpoint) = std::env::var(BARE) {
        return bare_sdk_program(&endpoint);
    }
    print_first_frame();
    print_plans_on_screen();
    print_with_many_plans();
    print_list();
    let size = fs::metadata(PLANGATE).unwrap().len();
    println!("binary                        {:.1} MB", size as f64 / 1e6);
}

fn print_first_frame() {
    let times = (0..RUNS).map(|_| {
        let start = Instant::now();
        let mut program = Start::plangate(&["--demo"]).run();
        program.wait_for_frame() - start
    });
    println!("exec to first frame           {}", spread(times.collect()));
}

/// 300 plans on the screen, against the time in which a program that only uses the
/// SDK has them.
fn print_plans_on_screen() {
    let server = Server::start(300);
    let mut bare = Vec::new();
    let mut shown = Vec::new();
    for _ in 0..RUNS {
        bare.push(time_of_bare_sdk(&server.endpoint, 300).0);
        let start = Instant::now();
        let mut program = server.dashboard().run();
        shown.push(program.wait_for("300 of 300") - start);
    }
    let ratio = median(&mut shown).as_secs_f64() / median(&mut bare).as_secs_f64();
    println!("exec to 300 plans, bare SDK   {}", spread(bare));
    println!("exec to 300 plans on screen   {}", spread(shown));
    println!("  ratio of the medians        {ratio:.2}");
}

/// All of 10,000 plans as JSON, against the time in which a program that only uses
/// the SDK has them and prints nothing but their number.
fn print_list() {
    const PLANS: usize = 10_000;
    let server = Server::start(PLANS);
    let mut bare = Vec::new();
    let mut listed = Vec::new();
    let mut largest = 0;
    for _ in 0..LISTS {
        bare.push(time_of_bare_sdk(&server.endpoint, PLANS).1);
        let start = Instant::now();
        let mut child = as_client(Command::new(PLANGATE))
            .args(["list", "--json", "--endpoint-url", &server.endpoint])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let pid = Pid::from_raw(child.id().try_into().unwrap()).unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // Most of it was printed, and there is more left than a pipe holds: it is
        // not gone yet.
        lines.nth(PLANS * 9 / 10).unwrap().unwrap();
        largest = largest.max(of_status(pid, "VmHWM:"));
        assert_eq!(lines.last().unwrap().unwrap(), "]");
        assert!(child.wait().unwrap().success());
        listed.push(start.elapsed());
    }
    let ratio = median(&mut listed).as_secs_f64() / median(&mut bare).as_secs_f64();
    println!("10,000 plans, bare SDK        {}", spread(bare));
    println!("list --json, 10,000 plans     {}", spread(listed));
    println!("  ratio of the medians        {ratio:.2}");
    println!(
        "  largest resident            {:.1} MiB",
        largest as f64 / 1024.0
    );
}

fn print_with_many_plans() {
    let server = Server::start(10_000);
    let mut program = server.dashboard().run();
    program.wait_for("10000 of 10000");
    resolve(&mut program);

    let resident = of_status(program.pid(), "VmRSS:");
    println!(
        "resident with 10,000 plans    {:.1} MiB",
        resident as f64 / 1024.0
    );

    let writes = writes_of(program.pid());
    let times = (0..KEYS).map(|_| {
        let start = Instant::now();
        program.press("j");
        program.wait_for_frame() - start
    });
    println!("row down, 10,000 plans        {}", spread(times.collect()));
    // The log of requests has nothing to write meanwhile.
    let writes = writes_of(program.pid()) - writes;
    println!(
        "  write calls per key         {:.2}",
        writes as f64 / KEYS as f64
    );

    resolve(&mut program);
    let before = (ticks_of(program.pid()), switches_of(program.pid()));
    let bytes = program.listen(Duration::from_secs(5));
    let ticks = ticks_of(program.pid()) - before.0;
    let switches = switches_of(program.pid()) - before.1;
    println!("idle for 5 s                  {bytes} bytes, {ticks} CPU ticks, {switches} wake-ups");
    let resident = of_status(program.pid(), "VmRSS:");
    println!(
        "resident after {KEYS} keys     {:.1} MiB",
        resident as f64 / 1024.0
    );
}

/// Waits until the program is quiet.
fn resolve(program: &mut Program) {
    while program.listen(Duration::from_millis(500)) > 0 {}
}

/// `plangate emulate`, in a process of its own.
struct Server {
    child: Child,
    endpoint: String,
}

impl Server {
    fn start(plans: usize) -> Self {
        let mut child = Command::new(PLANGATE)
            .args(["emulate", "--plans", &plans.to_string()])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let (mut endpoint, mut ready) = (String::new(), String::new());
        output.read_line(&mut endpoint).unwrap();
        output.read_line(&mut ready).unwrap();
        let endpoint = endpoint
            .trim()
            .strip_prefix("endpoint: ")
            .unwrap()
            .to_owned();
        Self { child, endpoint }
    }

    fn dashboard(&self) -> Start {
        Start::plangate(&["--endpoint-url", &self.endpoint])
            .env("AWS_ACCESS_KEY_ID", "plangate")
            .env("AWS_SECRET_ACCESS_KEY", "plangate")
            .env("AWS_REGION", "us-east-1")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// A client of the server's, in an environment of its own.
fn as_client(mut command: Command) -> Command {
    command
        .env_clear()
        .env("HOME", "/nonexistent")
        .env("AWS_ACCESS_KEY_ID", "plangate")
        .env("AWS_SECRET_ACCESS_KEY", "plangate")
        .env("AWS_REGION", "us-east-1")
        .env("AWS_EC2_METADATA_DISABLED", "true");
    command
}

/// How long it took until it had the plans, and until it had ended.
fn time_of_bare_sdk(endpoint: &str, plans: usize) -> (Duration, Duration) {
    let start = Instant::now();
    let mut child = as_client(Command::new(std::env::current_exe().unwrap()))
        .env(BARE, endpoint)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    output.read_line(&mut line).unwrap();
    let has_plans = start.elapsed();
    assert_eq!(line.trim(), plans.to_string());
    child.wait().unwrap();
    (has_plans, start.elapsed())
}

/// What anybody would write first to fetch usage plans.
#[tokio::main]
async fn bare_sdk_program(endpoint: &str) {
    let config = aws_config::defaults(aws_config::BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .load()
        .await;
    let client = aws_sdk_apigateway::Client::new(&config);
    let mut pages = client.get_usage_plans().limit(500).into_paginator().send();
    let mut plans = Vec::new();
    while let Some(page) = pages.next().await {
        plans.extend(page.unwrap().items.unwrap_or_default());
    }
    println!("{}", plans.len());
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn spread(mut times: Vec<Duration>) -> String {
    let median = median(&mut times);
    let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)];
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    format!(
        "{:.2} ms median, {:.2} ms best, {:.2} ms at 99 %",
        ms(median),
        ms(times[0]),
        ms(at(99)),
    )
}

/// A number of `/proc/PID/status`.
fn of_status(pid: Pid, name: &str) -> u64 {
    number_after(&proc(pid, "status"), name)
}

/// How often it called `write` and its like.
fn writes_of(pid: Pid) -> u64 {
    number_after(&proc(pid, "io"), "syscw:")
}

/// The CPU time that it used, in ticks of 10 ms.
fn ticks_of(pid: Pid) -> u64 {
    let stat = proc(pid, "stat");
    let after_name = stat.rsplit(')').next().unwrap();
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}

/// How often one of its threads was given the CPU.
fn switches_of(pid: Pid) -> u64 {
    let tasks = fs::read_dir(format!("/proc/{}/task", pid.as_raw_nonzero())).unwrap();
    tasks
        .map(|task| fs::read_to_string(task.unwrap().path().join("status")).unwrap())
        .map(|status| {
            number_after(&status, "\nvoluntary_ctxt_switches:")
                + number_after(&status, "nonvoluntary_ctxt_switches:")
        })
        .sum()
}

fn proc(pid: Pid, file: &str) -> String {
    fs::read_to_string(format!("/proc/{}/{file}", pid.as_raw_nonzero())).unwrap()
}

fn number_after(text: &str, name: &str) -> u64 {
    let (_, rest) = text.split_once(name).unwrap();
    rest.split_whitespace().next().unwrap().parse().unwrap()
}
