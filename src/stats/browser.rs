//! Which browser made a dump: from its user agent, its brands, or what else tells.

use serde_json::Value;

use super::dump::Browser;
use super::event::cut;

/// Of `navigator.userAgentData`, or the list of brands in it. The brand that is no browser is made up to be ignored.
pub fn of_data(data: &Value) -> Option<Browser> {
    let lists = [&data["fullVersionList"], &data["brands"], data];
    let brands = lists
        .into_iter()
        .find_map(|list| list.as_array().filter(|list| !list.is_empty()))?;
    let mut best: Option<(u8, Browser)> = None;
    for brand in brands {
        let (Some(name), version) = (brand["brand"].as_str(), brand["version"].as_str()) else {
            continue;
        };
        let rank = match name {
            // `Not:A-Brand`, `Not=A?Brand`, ` Not A;Brand`, …
            _ if name.contains("Not") && name.contains("Brand") => continue,
            "Chromium" => 0,
            _ => 1,
        };
        if best.as_ref().is_none_or(|(other, _)| rank > *other) {
            let name = name.strip_prefix("Google ").unwrap_or(name);
            best = Some((
                rank,
                Browser {
                    name: cut(name),
                    version: version.map(cut),
                    platform: None,
                },
            ));
        }
    }
    let (_, mut browser) = best?;
    browser.platform = data["platform"].as_str().map(cut);
    Some(browser)
}

/// Of a user agent string.
pub fn of_user_agent(agent: &str) -> Option<Browser> {
    // The order matters: everybody claims to be everybody else.
    const TOKENS: [(&str, &str); 10] = [
        ("EdgA/", "Edge"),
        ("Edg/", "Edge"),
        ("Edge/", "Edge (EdgeHTML)"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox for iOS"),
        ("CriOS/", "Chrome for iOS"),
        ("HeadlessChrome/", "Chrome (headless)"),
        ("Chrome/", "Chrome"),
        ("Version/", "Safari"),
    ];
    const PLATFORMS: [(&str, &str); 7] = [
        ("Android", "Android"),
        ("iPhone", "iOS"),
        ("iPad", "iPadOS"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ];
    let (token, name) = TOKENS.iter().find(|(token, _)| agent.contains(token))?;
    let version = agent.split(token).nth(1)?.split([' ', ';', ')']).next()?;
    let platform = PLATFORMS
        .iter()
        .find(|(token, _)| agent.contains(token))
        .map(|(_, name)| (*name).to_owned());
    Some(Browser {
        name: (*name).to_owned(),
        version: Some(cut(version)),
        platform,
    })
}

/// Of testRTC's `chrome:120.0.6099.129`.
pub fn of_hardware(hardware: &Value) -> Option<Browser> {
    let (name, version) = hardware["browser"].as_str()?.split_once(':')?;
    let mut letters = name.chars();
    let name = letters
        .next()
        .map(|first| format!("{}{}", first.to_ascii_uppercase(), letters.as_str()))?;
    Some(Browser {
        name: cut(&name),
        version: Some(cut(version)),
        platform: hardware["os"].as_str().map(cut),
    })
}

/// Of the username of `o=` in a description that Firefox made: `mozilla...THIS_IS_SDPARTA-99.0`.
pub fn of_origin(origin: &str) -> Option<Browser> {
    let version = origin.strip_prefix("mozilla...THIS_IS_SDPARTA-")?;
    // Since 100 the number stays 99.
    let version = Some(version).filter(|version| !version.starts_with("99")).map(cut);
    Some(Browser {
        name: "Firefox".to_owned(),
        version,
        platform: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn user_agents() {
        for (agent, shown) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36",
                "Chrome (headless) 156.0.0.0 on Linux",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Safari/605.1.15",
                "Safari 17.0 on macOS",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; rv:118.0) Gecko/20100101 Firefox/118.0",
                "Firefox 118.0 on Windows",
            ),
            (
                "Mozilla/5.0 (Linux; Android 11; Pixel 3) AppleWebKit/537.36 Chrome/83.0.4103.106 Mobile Safari/537.36",
                "Chrome 83.0.4103.106 on Android",
            ),
        ] {
            assert_eq!(of_user_agent(agent).unwrap().to_string(), shown);
        }
        assert_eq!(of_user_agent("user-agent"), None);
    }

    #[test]
    fn brands() {
        let list = json!([{"brand": "Not=A?Brand", "version": "24"}, {"brand": "Chromium", "version": "142.0.7426.0"}, {"brand": "Google Chrome", "version": "142.0.7426.0"}]);
        assert_eq!(of_data(&list).unwrap().to_string(), "Chrome 142.0.7426.0");
        let data = json!({"brands": list, "platform": "Linux"});
        assert_eq!(of_data(&data).unwrap().to_string(), "Chrome 142.0.7426.0 on Linux");
        assert_eq!(of_data(&Value::Null), None);
        assert_eq!(
            of_origin("mozilla...THIS_IS_SDPARTA-91.0").unwrap().to_string(),
            "Firefox 91.0"
        );
    }
}
