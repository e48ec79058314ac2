//! Pages and the JSON API over what is remembered: one file a page.
