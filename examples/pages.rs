//! Writes every page with made-up data to `target/screens/pages`, with the front-end files beside them,
//! for `scripts/screens.mjs` to photograph.

use std::error::Error;
use std::fs;
use std::path::Path;

use portolan::mail::templates;
use portolan::portal::assets;
use portolan::public::gallery;

fn main() -> Result<(), Box<dyn Error>> {
    let out = Path::new("target/screens/pages");
    if out.exists() {
        fs::remove_dir_all(out)?;
    }
    fs::create_dir_all(out)?;
    for (name, page) in gallery::pages() {
        fs::write(out.join(format!("{name}.html")), page?)?;
    }
    fs::create_dir_all(out.join("mail"))?;
    for (name, mail) in templates::samples()? {
        fs::write(out.join("mail").join(format!("{name}.html")), &mail.html)?;
        fs::write(
            out.join("mail").join(format!("{name}.txt")),
            format!("Subject: {}\n\n{}", mail.subject, mail.text),
        )?;
    }
    for (_, url, body) in assets::all() {
        let path = out.join(url.trim_start_matches('/'));
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, body)?;
    }
    Ok(())
}
