//! No circle of files: no two files take names from each other, nor do more of them in a ring.
//!
//! A file takes a name from the file that defines it, however many `pub use` lie between. A file is
//! a part of its own module, so what it takes from there does not count, and neither does what a
//! `mod.rs` only re-exports. Tests do not count.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use syn::{
    Attribute, Item, ItemMod, UseTree, Visibility,
    visit::{self, Visit},
};

#[test]
fn no_files_take_names_from_each_other() {
    let house = House::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    let arrows = house.arrows();
    assert!(arrows.len() > 200, "the sources were not understood");
    let circles = circles(&arrows);
    assert!(circles.is_empty(), "{}", in_words(&circles, &arrows));
}

type Names = Vec<String>;
/// From a file to another: the names that it takes.
type Arrows = BTreeMap<PathBuf, BTreeMap<PathBuf, BTreeSet<String>>>;

/// What a module offers by name.
enum Meaning {
    Module,
    Defined,
    Imported(Names),
}

/// A module: the file it is in, its names, and what it imports with a star.
struct Module {
    file: PathBuf,
    names: BTreeMap<String, Meaning>,
    /// What it imports under the names of its own modules: `mod plan; pub use plan::plan`.
    namesakes: BTreeMap<String, Names>,
    stars: Vec<Names>,
}

impl Module {
    fn import(&mut self, name: String, path: Names) {
        if matches!(self.names.get(&name), Some(Meaning::Module)) {
            self.namesakes.insert(name, path);
        } else {
            self.names.insert(name, Meaning::Imported(path));
        }
    }
}

/// All modules of a crate by their path, and the syntax of each file.
struct House {
    modules: BTreeMap<Names, Module>,
    files: Vec<(Names, Vec<Item>)>,
}

impl House {
    fn read(src: &Path) -> Self {
        let mut house = Self {
            modules: BTreeMap::new(),
            files: Vec::new(),
        };
        house.add_file(Vec::new(), &src.join("lib.rs"), src);
        house
    }

    fn add_file(&mut self, path: Names, file: &Path, children: &Path) {
        let text = fs::read_to_string(file).unwrap_or_else(|_| panic!("no {}", file.display()));
        let syntax = syn::parse_file(&text).expect("it compiles");
        self.add_module(path, file, children, syntax.items);
    }

    fn add_module(&mut self, path: Names, file: &Path, children: &Path, items: Vec<Item>) {
        let mut module = Module {
            file: file.to_owned(),
            names: BTreeMap::new(),
            namesakes: BTreeMap::new(),
            stars: Vec::new(),
        };
        let mut kept = Vec::new();
        for item in items {
            if attributes(&item).iter().any(is_for_tests) {
                continue;
            }
            if let Some(name) = defined_name(&item) {
                module.names.insert(name, Meaning::Defined);
            }
            match item {
                Item::Mod(inner) => {
                    let name = inner.ident.to_string();
                    let before = module.names.insert(name.clone(), Meaning::Module);
                    if let Some(Meaning::Imported(path)) = before {
                        module.namesakes.insert(name.clone(), path);
                    }
                    self.add_child([path.clone(), vec![name]].concat(), inner, file, children);
                }
                Item::Use(used) => {
                    imports(
                        &used.tree,
                        &mut Vec::new(),
                        &mut |path, alias| match alias {
                            Some(alias) => module.import(alias, path),
                            None => module.stars.push(path),
                        },
                    );
                    kept.push(Item::Use(used));
                }
                other => kept.push(other),
            }
        }
        self.modules.insert(path.clone(), module);
        self.files.push((path, kept));
    }

    fn add_child(&mut self, path: Names, inner: ItemMod, file: &Path, children: &Path) {
        let folder = children.join(inner.ident.to_string());
        if let Some((_, items)) = inner.content {
            self.add_module(path, file, &folder, items);
            return;
        }
        let beside = folder.with_extension("rs");
        let below = folder.join("mod.rs");
        let child = if beside.exists() { beside } else { below };
        self.add_file(path, &child, &folder);
    }

    /// The file that defines what a path names, seen from a module.
    fn definer(&self, from: &[String], path: &[String], depth: usize) -> Option<&Path> {
        // A name that only leads to itself is another crate's.
        if depth > 20 {
            return None;
        }
        let (mut at, mut rest) = match path.first()?.as_str() {
            "crate" => (Vec::new(), &path[1..]),
            "self" => (from.to_vec(), &path[1..]),
            "super" => (from[..from.len().checked_sub(1)?].to_vec(), &path[1..]),
            first => {
                let module = self.modules.get(from)?;
                let is_known = module.names.contains_key(first);
                if !is_known && module.stars.is_empty() {
                    return None;
                }
                (from.to_vec(), path)
            }
        };
        while rest.first().is_some_and(|name| name == "super") {
            at.pop()?;
            rest = &rest[1..];
        }
        let name = rest.first()?;
        let module = self.modules.get(&at)?;
        match module.names.get(name) {
            Some(Meaning::Defined) => Some(&module.file),
            Some(Meaning::Module) if rest.len() == 1 => {
                self.definer(&at, module.namesakes.get(name)?, depth + 1)
            }
            Some(Meaning::Module) => {
                at.push(name.clone());
                let inner = [vec!["self".to_owned()], rest[1..].to_vec()].concat();
                self.definer(&at, &inner, depth + 1)
            }
            Some(Meaning::Imported(target)) => {
                let whole = [target.as_slice(), &rest[1..]].concat();
                self.definer(&at, &whole, depth + 1)
            }
            None => module.stars.iter().find_map(|star| {
                let whole = [star.as_slice(), rest].concat();
                self.definer(&at, &whole, depth + 1)
            }),
        }
    }

    fn arrows(&self) -> Arrows {
        let mut arrows = Arrows::new();
        for (module, items) in &self.files {
            let file = &self.modules[module].file;
            let mut paths = Paths::default();
            for item in items {
                paths.visit_item(item);
            }
            for path in paths.found {
                if let Some(definer) = self.definer(module, &path, 0)
                    && definer != file
                    && !stands_below(definer, file)
                {
                    let name = path.last().expect("a path has a part").clone();
                    let to = arrows.entry(file.clone()).or_default();
                    to.entry(definer.to_owned()).or_default().insert(name);
                }
            }
        }
        arrows
    }
}

/// Whether a file is a part of the module of another.
fn stands_below(module: &Path, file: &Path) -> bool {
    let is_face = module.file_name().is_some_and(|name| name == "mod.rs");
    let folder = if is_face {
        module.parent().expect("a folder").to_owned()
    } else {
        module.with_extension("")
    };
    file.starts_with(folder)
}

/// Every path of an item that is no test's.
#[derive(Default)]
struct Paths {
    found: Vec<Names>,
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item(&mut self, item: &'ast Item) {
        if !attributes(item).iter().any(is_for_tests) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, used: &'ast syn::ItemUse) {
        if matches!(used.vis, Visibility::Inherited) {
            imports(&used.tree, &mut Vec::new(), &mut |path, alias| {
                if alias.is_some() {
                    self.found.push(path);
                }
            });
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names = path.segments.iter().map(|part| part.ident.to_string());
        self.found.push(names.collect());
        visit::visit_path(self, path);
    }

    fn visit_attribute(&mut self, _: &'ast Attribute) {}
}

/// Each name that a `use` brings: its path, and what it is called here; nothing for a star.
fn imports(tree: &UseTree, before: &mut Names, found: &mut impl FnMut(Names, Option<String>)) {
    match tree {
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            imports(&path.tree, before, found);
            before.pop();
        }
        UseTree::Name(name) if name.ident == "self" => {
            found(before.clone(), before.last().cloned());
        }
        UseTree::Name(name) => {
            let name = name.ident.to_string();
            found([before.clone(), vec![name.clone()]].concat(), Some(name));
        }
        UseTree::Rename(name) => {
            let path = [before.clone(), vec![name.ident.to_string()]].concat();
            found(path, Some(name.rename.to_string()));
        }
        UseTree::Glob(_) => found(before.clone(), None),
        UseTree::Group(group) => {
            for tree in &group.items {
                imports(tree, before, found);
            }
        }
    }
}

fn defined_name(item: &Item) -> Option<String> {
    let ident = match item {
        Item::Const(it) => &it.ident,
        Item::Enum(it) => &it.ident,
        Item::Fn(it) => &it.sig.ident,
        Item::Macro(it) => it.ident.as_ref()?,
        Item::Static(it) => &it.ident,
        Item::Struct(it) => &it.ident,
        Item::Trait(it) => &it.ident,
        Item::Type(it) => &it.ident,
        Item::Union(it) => &it.ident,
        _ => return None,
    };
    Some(ident.to_string())
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(it) => &it.attrs,
        Item::Enum(it) => &it.attrs,
        Item::Fn(it) => &it.attrs,
        Item::Impl(it) => &it.attrs,
        Item::Macro(it) => &it.attrs,
        Item::Mod(it) => &it.attrs,
        Item::Static(it) => &it.attrs,
        Item::Struct(it) => &it.attrs,
        Item::Trait(it) => &it.attrs,
        Item::Type(it) => &it.attrs,
        Item::Use(it) => &it.attrs,
        _ => &[],
    }
}

fn is_for_tests(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg")
        && attribute
            .parse_args::<syn::Path>()
            .is_ok_and(|condition| condition.is_ident("test"))
}

/// The files that reach each other, group by group.
fn circles(arrows: &Arrows) -> Vec<BTreeSet<&Path>> {
    let reached: BTreeMap<&Path, BTreeSet<&Path>> = arrows
        .keys()
        .map(|file| (file.as_path(), reachable(file, arrows)))
        .collect();
    let mut found: Vec<BTreeSet<&Path>> = Vec::new();
    for (file, others) in &reached {
        let is_grouped = found.iter().any(|circle| circle.contains(file));
        if others.contains(file) && !is_grouped {
            let back = |other: &&Path| reached.get(*other).is_some_and(|it| it.contains(file));
            found.push(others.iter().copied().filter(|other| back(other)).collect());
        }
    }
    found
}

fn reachable<'a>(from: &Path, arrows: &'a Arrows) -> BTreeSet<&'a Path> {
    let mut seen = BTreeSet::new();
    let mut open = vec![from];
    while let Some(file) = open.pop() {
        for next in arrows.get(file).into_iter().flat_map(BTreeMap::keys) {
            if seen.insert(next.as_path()) {
                open.push(next);
            }
        }
    }
    seen
}

fn in_words(circles: &[BTreeSet<&Path>], arrows: &Arrows) -> String {
    let short = |file: &Path| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        file.strip_prefix(root)
            .unwrap_or(file)
            .display()
            .to_string()
    };
    let mut lines = vec![format!("circles of files: {}", circles.len())];
    for circle in circles {
        lines.push(format!("a circle of {} files:", circle.len()));
        for from in circle {
            for (to, names) in &arrows[*from] {
                if circle.contains(to.as_path()) {
                    let names: Vec<&str> = names.iter().map(String::as_str).collect();
                    let names = names.join(", ");
                    lines.push(format!("  {} -> {}: {names}", short(from), short(to)));
                }
            }
        }
    }
    lines.join("\n")
}
