//! What a page must be for everybody: by axe-core, in a narrow window, by keyboard alone, and with nothing in the console.

use holter_lab::browser::Browser;
use serde_json::Value;

/// More steps than any page has places to stop at.
const STEPS: u64 = 400;

/// The places where the key of tabulation stops, in order. Of a group of radio buttons it is one, and a date has five.
const STOPS: &str = "const stops = [...document.querySelectorAll('a[href],button,input,select,textarea,summary,[tabindex]')].filter(\
     (one) => one.tabIndex >= 0 && !one.disabled && one.type !== 'hidden' && one.checkVisibility({ checkVisibilityCSS: true }));\
     const named = (one) => one.outerHTML.slice(0, 120);";

/// Reads pages closely.
pub(crate) struct Eye {
    axe: String,
}

impl Eye {
    /// With axe-core's script.
    pub(crate) const fn new(axe: String) -> Self {
        Self { axe }
    }

    /// What axe-core finds on the page by WCAG 2.2 AA, with everything unfolded, and whether it is wider than the window (1.4.10).
    pub(crate) fn sees(&self, browser: &Browser) -> Vec<String> {
        unfold(browser);
        let tags = "['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']";
        let script = format!(
            "{}; const done = arguments[arguments.length - 1]; axe.run(document, {{ runOnly: {tags} }}).then((found) => \
             done(found.violations.map((one) => one.id + ': ' + one.help + ' at ' + one.nodes.slice(0, 3).map((node) => \
             node.target + ' (' + (node.any[0] || {{}}).message + ')').join(', '))));",
            self.axe
        );
        let mut faults = texts(&browser.run_until_called(&script).unwrap());
        let wide = browser
            .run(
                "if (document.documentElement.scrollWidth <= innerWidth) return [];\
                 return [...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > innerWidth + 1 \
                 && !one.closest('.scroll')).slice(0, 3).map((one) => 'wider than the window: ' + one.outerHTML.slice(0, 120))\
                 .concat(['wider than the window'])",
            )
            .unwrap();
        faults.extend(texts(&wide));
        faults
    }
}

/// What is wrong for somebody who has a keyboard and no mouse: the link past the navigation comes first and leads there, every
/// place to act at is reached, in order and without a trap, and each shows that it is where one is.
pub(crate) fn by_keyboard(browser: &Browser) -> Vec<String> {
    unfold(browser);
    let count = browser
        .run(&format!(
            "{STOPS} window.met = []; document.addEventListener('focusin', (event) => {{ const one = event.target, style = getComputedStyle(one);\
             window.met.push({{ one, ring: one.matches(':focus-visible') && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 }}); }});\
             document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex'); window.met = []; return stops.length\
             + 4 * stops.filter((one) => one.type === 'date').length"
        ))
        .unwrap();
    let count = count.as_u64().unwrap();
    assert!(count <= STEPS, "{count} places to stop at");
    browser.tab(usize::try_from(count).unwrap() + 2).unwrap();
    let faults = browser
        .run(&format!(
            "{STOPS} const met = window.met.map((step) => step.one);\
             const order = met.filter((one, place) => met.indexOf(one) === place).map((one) => stops.indexOf(one)).filter((place) => place >= 0);\
             return stops.filter((one) => !met.includes(one) && one.type !== 'radio').map((one) => 'not reached by keyboard: ' + named(one))\
             .concat(window.met.filter((step) => !step.ring && step.one !== document.body).map((step) => 'shows no focus: ' + named(step.one)))\
             .concat(order.some((place, at) => at && place < order[at - 1]) ? ['the keyboard goes through the page in disorder'] : [])"
        ))
        .unwrap();
    let mut faults = texts(&faults);
    faults.extend(past_the_navigation(browser));
    faults
}

fn past_the_navigation(browser: &Browser) -> Vec<String> {
    let has_navigation = browser.run("return !!document.querySelector('nav')").unwrap();
    if has_navigation != true {
        return Vec::new();
    }
    browser
        .run("document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex')")
        .unwrap();
    browser.tab(1).unwrap();
    let first = browser
        .run(
            "const box = document.activeElement.getBoundingClientRect();\
             return document.activeElement.matches('.skip') && box.left >= 0 && box.top >= 0 && box.width > 0",
        )
        .unwrap();
    if first != true {
        return vec!["the first place to stop at is not a link past the navigation that one sees".to_owned()];
    }
    browser.enter().unwrap();
    browser.tab(1).unwrap();
    let inside = "const main = document.querySelector('main'); return !main.querySelector('a[href],button,input,select,textarea,summary')\
                  || main.contains(document.activeElement)";
    if browser.run(inside).unwrap() == true {
        return Vec::new();
    }
    vec!["the link past the navigation does not lead past it".to_owned()]
}

/// What the browser complained of. That a page is missing is said by the page.
pub(crate) fn complaints(browser: &Browser) -> Vec<String> {
    let said = browser.console().unwrap().into_iter();
    said.map(|line| format!("in the console: {line}")).collect()
}

fn unfold(browser: &Browser) {
    browser
        .run("for (const one of document.querySelectorAll('details')) one.open = true")
        .unwrap();
}

fn texts(found: &Value) -> Vec<String> {
    let found = found.as_array().unwrap().iter();
    found.map(|one| one.as_str().unwrap().to_owned()).collect()
}
