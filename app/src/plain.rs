//! A view that comes alive in one go. Leptos prepares every view that it erases the type of for routes whose code arrives
//! late; ours comes in one piece, and without that second way the browser loads a third less.

use leptos::attr::Attribute;
use leptos::attr::any_attribute::AnyAttribute;
use leptos::prelude::{AnyView, IntoAny, Render, RenderHtml};
use leptos::tachys::hydration::Cursor;
use leptos::tachys::ssr::StreamBuilder;
use leptos::tachys::view::add_attr::AddAnyAttr;
use leptos::tachys::view::{Position, PositionState};

/// Erases a view's type. Use it wherever `into_any` would do.
pub trait IntoPlain {
    fn plain(self) -> AnyView;
}

impl<T: RenderHtml + Send + 'static> IntoPlain for T {
    fn plain(self) -> AnyView {
        Plain(self).into_any()
    }
}

/// As the view inside, but for `hydrate_async`, which is left as the trait provides it: all at once.
struct Plain<T>(T);

impl<T: Render> Render for Plain<T> {
    type State = T::State;

    fn build(self) -> Self::State {
        self.0.build()
    }

    fn rebuild(self, state: &mut Self::State) {
        self.0.rebuild(state);
    }
}

impl<T: AddAnyAttr> AddAnyAttr for Plain<T> {
    type Output<SomeNewAttr: Attribute> = Plain<T::Output<SomeNewAttr>>;

    fn add_any_attr<NewAttr: Attribute>(self, attr: NewAttr) -> Self::Output<NewAttr>
    where
        Self::Output<NewAttr>: RenderHtml,
    {
        Plain(self.0.add_any_attr(attr))
    }
}

impl<T: RenderHtml> RenderHtml for Plain<T> {
    type AsyncOutput = T::AsyncOutput;
    type Owned = Plain<T::Owned>;

    const MIN_LENGTH: usize = T::MIN_LENGTH;
    const EXISTS: bool = T::EXISTS;

    fn dry_resolve(&mut self) {
        self.0.dry_resolve();
    }

    async fn resolve(self) -> Self::AsyncOutput {
        self.0.resolve().await
    }

    fn html_len(&self) -> usize {
        self.0.html_len()
    }

    fn to_html_with_buf(
        self,
        buf: &mut String,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra_attrs: Vec<AnyAttribute>,
    ) {
        self.0.to_html_with_buf(buf, position, escape, mark_branches, extra_attrs);
    }

    fn to_html_async_with_buf<const OUT_OF_ORDER: bool>(
        self,
        buf: &mut StreamBuilder,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra_attrs: Vec<AnyAttribute>,
    ) {
        self.0.to_html_async_with_buf::<OUT_OF_ORDER>(buf, position, escape, mark_branches, extra_attrs);
    }

    fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> Self::State {
        self.0.hydrate::<FROM_SERVER>(cursor, position)
    }

    fn into_owned(self) -> Self::Owned {
        Plain(self.0.into_owned())
    }
}

/// Text that changes. One type for all of them, where each closure would bring its own copy of the machinery.
pub type Text = Box<dyn FnMut() -> String + Send>;

pub fn text(content: impl FnMut() -> String + Send + 'static) -> Text {
    Box::new(content)
}

/// A part of a page that changes; on a change only the nodes that differ are touched.
pub type Part = Box<dyn FnMut() -> AnyView + Send>;

pub fn part(content: impl FnMut() -> AnyView + Send + 'static) -> Part {
    Box::new(content)
}

/// An attribute that is there or not.
pub type Mark = Box<dyn FnMut() -> Option<&'static str> + Send>;

/// `value` while `is_on` says so, else nothing.
pub fn mark(value: &'static str, mut is_on: impl FnMut() -> bool + Send + 'static) -> Mark {
    Box::new(move || is_on().then_some(value))
}
