//! `kinesim new`: writes a commented scenario file, or one of the gallery's under a name of the user's own.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use clap::Args;

use super::terminal::Exit;
use crate::base::nearest::nearest;
use crate::scenario;
use crate::scenario::gallery::{GALLERY, GALLERY_FILES};

#[derive(Args)]
pub(super) struct Arguments {
    /// What the scenario is called; the file is NAME.toml. With `--from`, its name there when absent.
    #[arg(required_unless_present = "from")]
    name: Option<String>,
    /// Begin with a scenario of the gallery, such as `hot-shard`; `kinesim new --from list` lists them.
    #[arg(long, value_name = "SCENARIO")]
    from: Option<String>,
}

pub(super) fn new(arguments: &Arguments) -> io::Result<Exit> {
    if arguments.from.as_deref() == Some("list") {
        return list(&mut anstream::stdout()).map(|()| Exit::Pass);
    }
    let name = arguments.name.as_deref().or(arguments.from.as_deref()).unwrap_or_default().trim_end_matches(".toml");
    let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
    if !is_name {
        writeln!(anstream::stderr(), "kinesim: a scenario's name is made of a-z, A-Z, 0-9, '_', '-' and '.'")?;
        return Ok(Exit::Wrong);
    }
    let text = match arguments.from.as_deref() {
        None => scenario::starter(name),
        Some(from) => match GALLERY.iter().find(|(known, _)| *known == from) {
            Some((_, text)) => format!("#:schema scenario.schema.json\n{text}"),
            None => return no_such_scenario(from),
        },
    };
    let file = format!("{name}.toml");
    if !create(Path::new(&file), &text)? {
        writeln!(anstream::stderr(), "kinesim: {file} exists already, and is left as it is")?;
        return Ok(Exit::Wrong);
    }
    for (path, content) in GALLERY_FILES.iter().filter(|(path, _)| text.contains(path)) {
        let path = Path::new(path);
        std::fs::create_dir_all(path.parent().unwrap_or(path))?;
        if create(path, content)? {
            writeln!(anstream::stdout(), "wrote {}, which it reads", path.display())?;
        }
    }
    writeln!(anstream::stdout(), "wrote {file}; next: kinesim check {file}, then kinesim run {file}")?;
    Ok(Exit::Pass)
}

/// Writes a file that is not there yet.
fn create(path: &Path, text: &str) -> io::Result<bool> {
    match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(mut out) => out.write_all(text.as_bytes()).map(|()| true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}

/// Names the nearest scenario, and lists all.
fn no_such_scenario(from: &str) -> io::Result<Exit> {
    let mut out = anstream::stderr();
    let near = nearest(from, GALLERY.iter().map(|(name, _)| *name));
    let help = near.map_or("these are there:".to_owned(), |near| format!("is `{near}` meant? These are there:"));
    writeln!(out, "kinesim: no scenario of the gallery is called `{from}`; {help}")?;
    list(&mut out)?;
    Ok(Exit::Wrong)
}

/// The gallery, each scenario with what it is about.
fn list(out: &mut impl Write) -> io::Result<()> {
    for (name, text) in GALLERY {
        let about = text.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or_default();
        writeln!(out, "{name:28} {about}")?;
    }
    Ok(())
}
