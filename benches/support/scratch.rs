//! A folder for what is written while measuring: on a real disk, the same one for ours and for the
//! peer, and gone afterwards, also after Ctrl-C.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context as _, Result, bail};

/// The folder.
#[derive(Debug)]
pub struct Scratch {
    folder: PathBuf,
    made: AtomicU32,
    /// Where it lies: device and file system.
    pub disk: String,
}

/// What every such folder's name begins with; the rest is the process number.
const NAME: &str = "bench-";

impl Scratch {
    /// Makes the folder, and clears away those that earlier runs left behind because they were killed.
    ///
    /// # Errors
    /// When the folder would lie in memory: a commit costs nothing there.
    pub fn new() -> Result<Self> {
        // `target/release/portolan-benches` writes to `target/tmp`.
        let above = std::env::current_exe()?
            .ancestors()
            .nth(2)
            .context("the program lies in no target folder")?
            .join("tmp");
        std::fs::create_dir_all(&above)?;
        for entry in std::fs::read_dir(&above)?.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if let Some(process) = name.strip_prefix(NAME)
                && !Path::new("/proc").join(process).exists()
            {
                std::fs::remove_dir_all(entry.path())?;
            }
        }
        let folder = above.join(format!("{NAME}{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let disk = disk(&folder)?;
        if ["tmpfs", "ramfs"].iter().any(|kind| disk.ends_with(kind)) {
            bail!(
                "{} lies in memory ({disk}), where a commit costs nothing; set PORTOLAN_TARGET_DIR to a folder on a disk",
                folder.display()
            );
        }
        remove_on_interrupt(folder.clone())?;
        Ok(Self {
            folder,
            made: AtomicU32::new(0),
            disk,
        })
    }

    /// A new, empty folder in it.
    pub fn folder(&self) -> Result<PathBuf> {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let folder = self.folder.join(number.to_string());
        std::fs::create_dir(&folder)?;
        Ok(folder)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // The next run clears away what is left.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Ctrl-C reaches the processes that we started, too: they end by themselves.
fn remove_on_interrupt(folder: PathBuf) -> Result<()> {
    let waiting = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()?;
    std::thread::spawn(move || {
        if waiting.block_on(tokio::signal::ctrl_c()).is_ok() {
            std::thread::sleep(std::time::Duration::from_millis(300));
            let _ = std::fs::remove_dir_all(&folder);
            std::process::exit(130);
        }
    });
    Ok(())
}

/// The device and the file system under a folder, such as `/dev/vda, ext4`.
fn disk(folder: &Path) -> Result<String> {
    let told = Command::new("df")
        .args(["--output=source,fstype"])
        .arg(folder)
        .output()
        .context("df")?;
    let text = String::from_utf8_lossy(&told.stdout);
    let line = text.lines().nth(1).context("df says nothing")?;
    Ok(line.split_whitespace().collect::<Vec<_>>().join(", "))
}
