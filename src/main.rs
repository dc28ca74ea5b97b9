//! The `kinesim` binary.

/// A run makes and drops very many small things.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    kinesim::cli::main()
}
