//! Who may come in: requests that were meant for this machine.
//!
//! The server listens on 127.0.0.1, and that alone does not keep web pages out. A page can
//! send requests to any address, and one whose own name is made to lead to 127.0.0.1 (DNS
//! rebinding) can read the answers too. A browser says whose page it is: in `Host` the name
//! that it was led by, in `Origin` and `Sec-Fetch-Site` where the page comes from.

use std::net::{Ipv4Addr, Ipv6Addr};

use hyper::header::{HOST, HeaderName, ORIGIN};
use hyper::http::request::Parts;

use super::refusal::Refusal;

/// The characters of a foreign name that a refusal repeats at most.
const SHOWN: usize = 100;
/// The port where none is written, for `http`.
const USUAL_PORT: &str = "80";

static FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Lets a request in that names this machine and comes from no web page of elsewhere.
///
/// # Errors
/// 403 with what is wrong, for any path: nothing was done.
pub(super) fn check(head: &Parts) -> Result<(), Refusal> {
    // A target with a name of its own, as proxies are sent, counts as well as the header.
    if let Some(authority) = head.uri.authority()
        && place(authority.as_str()).is_none()
    {
        return Err(foreign("is for", authority.as_str()));
    }
    // By DNS rebinding a web page gets here under its own name, which then is the Host.
    let mut hosts = head.headers.get_all(HOST).into_iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
        return Err(refused("has no Host header, or several of them"));
    };
    let host = host.as_bytes();
    let Some(port) = str::from_utf8(host).ok().and_then(place) else {
        return Err(foreign("has the Host", &String::from_utf8_lossy(host)));
    };
    // A page of elsewhere can post here, though it cannot read the answer; the browser says
    // whose page it is.
    for origin in head.headers.get_all(ORIGIN) {
        let origin = origin.as_bytes();
        let own = str::from_utf8(origin).ok().and_then(|origin| {
            let (scheme, host) = origin.split_once("://")?;
            place(host).filter(|_| scheme.eq_ignore_ascii_case("http"))
        });
        if own != Some(port) {
            let origin = String::from_utf8_lossy(origin);
            return Err(foreign("comes from a page of", &origin));
        }
    }
    // Browsers send it also with what has no Origin, a plain GET; `none` is the address
    // bar.
    for site in head.headers.get_all(&FETCH_SITE) {
        let site = site.as_bytes();
        let is_own = |own: &str| site.eq_ignore_ascii_case(own.as_bytes());
        if !is_own("same-origin") && !is_own("none") {
            return Err(refused("comes from a page of another site"));
        }
    }
    Ok(())
}

/// The port of a name of this machine, with or without a port: `localhost` and names below
/// it (RFC 6761), an address of 127.0.0.0/8, `[::1]`. `None` for every other name, and for
/// what is no name with a port.
fn place(text: &str) -> Option<&str> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (address, rest) = rest.split_once(']')?;
            let port = match rest {
                "" => "",
                rest => rest.strip_prefix(':')?,
            };
            let address: Ipv6Addr = address.parse().ok()?;
            // An IPv4 address may be written as an IPv6 one.
            let is_own = address.to_canonical().is_loopback();
            return is_own.then(|| port_of(port)).flatten();
        }
        None => text.split_once(':').unwrap_or((text, "")),
    };
    let is_own = match host.parse::<Ipv4Addr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => is_local_name(host),
    };
    is_own.then(|| port_of(port)).flatten()
}

fn port_of(text: &str) -> Option<&str> {
    match text {
        "" => Some(USUAL_PORT),
        digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            digits.parse::<u16>().is_ok().then_some(digits)
        }
        _ => None,
    }
}

/// `localhost`, or a name below it: `a1b2c3.execute-api.us-east-1.localhost`. The dot of
/// the root may stand at its end.
fn is_local_name(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    let mut labels = host.rsplit('.');
    let is_label = |label: &str| {
        let is_in_label = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        !label.is_empty() && label.bytes().all(is_in_label)
    };
    let top = labels.next().unwrap_or_default();
    top.eq_ignore_ascii_case("localhost") && labels.all(is_label)
}

fn foreign(how: &str, name: &str) -> Refusal {
    let shown: String = name.chars().take(SHOWN).collect();
    let more = if name.chars().nth(SHOWN).is_some() {
        "..."
    } else {
        ""
    };
    refused(&format!("{how} {shown:?}{more}"))
}

/// The exception and the text are plangate's own: the service has no such door.
fn refused(what: &str) -> Refusal {
    Refusal::new(
        403,
        "ForbiddenException",
        format!(
            "The request was refused: it {what}. Nothing was done. This server answers only \
             requests to 127.0.0.1, localhost and [::1], and none from web pages of elsewhere"
        ),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_of_this_machine_are_known() {
        for (name, port) in [
            ("127.0.0.1:4566", "4566"),
            ("127.0.0.1", "80"),
            ("127.0.0.1:", "80"),
            ("127.8.9.10:1", "1"),
            ("localhost:4566", "4566"),
            ("LocalHost", "80"),
            ("localhost.:4566", "4566"),
            ("[::1]:4566", "4566"),
            ("[::1]", "80"),
            ("[0:0:0:0:0:0:0:1]:9", "9"),
            ("[::ffff:127.0.0.1]:9", "9"),
            ("a1b2c3.execute-api.us-east-1.localhost:4566", "4566"),
            ("apigateway.us-east-1.LOCALHOST.", "80"),
        ] {
            assert_eq!(place(name), Some(port), "{name}");
        }
    }

    #[test]
    fn other_names_are_foreign() {
        for name in [
            "",
            ":4566",
            "evil.example",
            "evil.example:4566",
            "localhost.evil.example",
            "evil-localhost",
            "xlocalhost:1",
            ".localhost",
            "a..localhost",
            "localhost..",
            "127.0.0.1.nip.io",
            "127.0.0.1.",
            "128.0.0.1",
            "0.0.0.0:4566",
            "10.0.0.1",
            "127.1",
            "0127.0.0.1",
            "0x7f.0.0.1",
            "2130706433",
            "[::]",
            "[::2]:1",
            "[::ffff:10.0.0.1]",
            "[::1]evil.example",
            "[::1",
            "::1",
            "[127.0.0.1]",
            "user@localhost",
            "localhost@evil.example",
            "localhost:80@evil.example",
            "localhost:80:80",
            "localhost:x",
            "localhost:-1",
            "localhost:65536",
            "localhost, evil.example",
            "localhost evil.example",
            "localhost/evil",
            "localh\u{f6}st",
            "\u{ff4c}ocalhost",
            "localhost\u{3002}",
            "localhost%00",
        ] {
            assert_eq!(place(name), None, "{name}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_no_address_ends_in_localhost(name in "[a-z0-9.:\\[\\]@-]{0,20}") {
            let host = name.split(':').next().unwrap_or_default();
            let is_local = host == "localhost" || host.ends_with(".localhost");
            let is_address = host.starts_with("127.") || name.starts_with('[');
            if place(&name).is_some() {
                prop_assert!(is_local || host == "localhost." || host.ends_with(".localhost.") || is_address);
            }
        }
    }
}
