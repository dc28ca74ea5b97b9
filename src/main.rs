//! The `kinesim` binary.

fn main() -> std::process::ExitCode {
    kinesim::cli::main()
}
