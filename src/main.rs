//! The one binary.

fn main() -> std::process::ExitCode {
    portolan::cli::main()
}
