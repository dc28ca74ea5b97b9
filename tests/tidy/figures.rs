//! The house in figures.

use syn::visit::{self, Visit};

use crate::circles::circles;
use crate::floors::{Folder, sideways, upward};
use crate::imports::imports;
use crate::sizes::functions;
use crate::source::{Source, is_for_tests};

/// What the rules are about, as text: to compare two states of the sources.
pub(crate) fn figures(floors: &[Folder], src: &[Source], all: &[Source]) -> String {
    let imports = imports(src);
    let circles = circles(&imports.uses);
    let every = imports.all();
    let mut text = String::new();
    let mut line = |name: &str, value: String| text.push_str(&format!("{name:<28} {value}\n"));
    let in_circles: usize = circles.iter().map(Vec::len).sum();
    line("circles among files", format!("{} with {in_circles} files", circles.len()));
    line("imports upward", upward(floors, &every).len().to_string());
    line("imports sideways", sideways(floors, &every).len().to_string());
    line("function lines in src", spread(src.iter().flat_map(functions).map(|function| function.lines)));
    line("file lines in src", spread(src.iter().map(|source| source.text.lines().count())));
    line("function lines everywhere", spread(all.iter().flat_map(functions).map(|function| function.lines)));
    line("file lines everywhere", spread(all.iter().map(|source| source.text.lines().count())));
    let mut public = Public::default();
    src.iter().for_each(|source| public.visit_file(&source.syntax));
    line("public items", format!("{}, {} without docs", public.all, public.without_docs));
    let lines = |sources: &[Source]| sources.iter().map(|source| source.text.lines().count()).sum::<usize>();
    line("lines", format!("{} in src, {} in all", lines(src), lines(all)));
    text
}

fn spread(lengths: impl Iterator<Item = usize>) -> String {
    let mut sorted: Vec<_> = lengths.collect();
    sorted.sort_unstable();
    let at = |percent: usize| sorted[(sorted.len() - 1) * percent / 100];
    format!("{} of them: median {}, p95 {}, max {}", sorted.len(), at(50), at(95), at(100))
}

/// Counts items that are `pub` without a restriction, outside tests.
#[derive(Default)]
struct Public {
    all: usize,
    without_docs: usize,
}

impl Public {
    fn count(&mut self, visibility: &syn::Visibility, attributes: &[syn::Attribute]) {
        if matches!(visibility, syn::Visibility::Public(_)) {
            self.all += 1;
            self.without_docs += usize::from(!attributes.iter().any(|attribute| attribute.path().is_ident("doc")));
        }
    }
}

macro_rules! count_public {
    ($($method:ident $ty:ident),*) => {$(
        fn $method(&mut self, item: &syn::$ty) {
            if !is_for_tests(&item.attrs) {
                self.count(&item.vis, &item.attrs);
                visit::$method(self, item);
            }
        }
    )*};
}

impl Visit<'_> for Public {
    count_public!(
        visit_item_const ItemConst, visit_item_enum ItemEnum, visit_item_fn ItemFn, visit_item_static ItemStatic,
        visit_item_struct ItemStruct, visit_item_trait ItemTrait, visit_item_type ItemType,
        visit_impl_item_fn ImplItemFn, visit_impl_item_const ImplItemConst, visit_field Field
    );
    fn visit_item_mod(&mut self, item: &syn::ItemMod) {
        if !is_for_tests(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }
}
