//! The front-end files are fetched and built by npm, not by cargo. This makes sure that a build without
//! them is either told how to get them (release) or still works, unstyled (check, test, a first look).

use std::path::Path;
use std::{env, fs, process};

fn main() {
    let vendor = Path::new("assets/vendor");
    println!("cargo:rerun-if-changed=assets");
    println!("cargo:rerun-if-changed=build.rs");
    if vendor.join("portolan.css").exists() {
        return;
    }
    let how = "the portal's front-end files are missing: run `make assets` (or `npm ci && npm run build`), then build again";
    if env::var("PROFILE").as_deref() == Ok("release") {
        eprintln!("error: {how}");
        process::exit(1);
    }
    // rust-embed wants the folder to exist. Without the files the portal serves its own small CSS and
    // JavaScript only: every page works, but looks plain.
    if let Err(error) = fs::create_dir_all(vendor) {
        println!("cargo:warning=cannot create assets/vendor: {error}");
    }
    println!("cargo:warning={how}");
}
