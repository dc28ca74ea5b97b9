//! The `kinesim` binary once more, built here so that the tests of this package find it.

fn main() -> std::process::ExitCode {
    kinesim::cli::main()
}
