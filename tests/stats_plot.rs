//! `--plot FILE.png`: a picture that any program reads, of the size and with the content of the SVG, on any machine.

mod support;

use std::io::Read;
use std::path::Path;
use std::process::{Command, Output};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use support::browser::{Kind, run_in};
use support::peer::which;

const OUTAGE: &str = "fixtures/stats/chromium156-av-outage-rtcstats.gz";

fn plot(path: &Path, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rtcdiag"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["stats", OUTAGE, "--plot", path.to_str().unwrap()])
        .args(more)
        .output()
        .unwrap()
}

/// A picture, decoded: width, height, and red, green and blue of each pixel. Checksums must be right.
fn decoded(file: &[u8]) -> (usize, usize, Vec<u8>) {
    assert!(file.starts_with(b"\x89PNG\r\n\x1a\n"));
    let number = |at: usize| u32::from_be_bytes(file[at..at + 4].try_into().unwrap()) as usize;
    let (mut at, mut data, mut size) = (8, Vec::new(), (0, 0));
    while at < file.len() {
        let (length, kind) = (number(at), &file[at + 4..at + 8]);
        let content = &file[at + 8..at + 8 + length];
        assert_eq!(
            number(at + 8 + length) as u32,
            crc32fast::hash(&file[at + 4..at + 8 + length])
        );
        match kind {
            b"IHDR" => {
                size = (number(at + 8), number(at + 12));
                assert_eq!(content[8..], [8, 2, 0, 0, 0]);
            }
            b"IDAT" => data.extend_from_slice(content),
            b"IEND" => assert_eq!(at + 12, file.len()),
            other => panic!("{other:?}"),
        }
        at += 12 + length;
    }
    let mut rows = Vec::new();
    flate2::read::ZlibDecoder::new(data.as_slice())
        .read_to_end(&mut rows)
        .unwrap();
    assert_eq!(rows.len(), size.1 * (1 + 3 * size.0));
    let pixels = rows.chunks(1 + 3 * size.0).flat_map(|row| {
        assert_eq!(row[0], 0, "a filter that is not read here");
        &row[1..]
    });
    (size.0, size.1, pixels.copied().collect())
}

/// The size in the head of an SVG.
fn size_of(svg: &str) -> (usize, usize) {
    let of = |name: &str| {
        let rest = svg.split(&format!(" {name}=\"")).nth(1).unwrap();
        rest.split('"').next().unwrap().parse::<f64>().unwrap()
    };
    (of("width") as usize, of("height") as usize)
}

#[test]
fn a_picture_has_the_size_and_the_content_of_the_svg() {
    let folder = tempfile::tempdir().unwrap();
    let (png, svg) = (folder.path().join("call.png"), folder.path().join("call.SVG"));
    assert_eq!(plot(&png, &[]).status.code(), Some(0));
    assert_eq!(plot(&svg, &[]).status.code(), Some(0));
    let svg = std::fs::read_to_string(svg).unwrap();
    let (width, height, pixels) = decoded(&std::fs::read(&png).unwrap());
    let size = size_of(&svg);
    assert_eq!((width, height), (2 * size.0, 2 * size.1));
    let count = |color: [u8; 3]| pixels.chunks(3).filter(|pixel| **pixel == color).count();
    let white = count([255; 3]);
    assert!(
        white > pixels.len() / 3 / 2 && white < pixels.len() / 3 * 49 / 50,
        "{white} of {} are white",
        pixels.len() / 3
    );
    // Black letters, the first two lines, and the mark of a warning.
    for color in [[0, 0, 0], [0x00, 0x72, 0xb2], [0xd5, 0x5e, 0x00], [0xd0, 0x7a, 0x00]] {
        assert!(count(color) > 200, "{color:?}: {}", count(color));
    }
}

#[test]
fn other_names_are_refused_before_anything_is_read() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["call.gif", "call", "call.png.txt", ".png"] {
        let path = folder.path().join(name);
        let output = plot(&path, &[]);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{name}");
        assert!(
            error.contains("SVG or PNG") && error.contains("hint:") && error.contains(".png"),
            "{error}"
        );
        assert!(!path.exists());
    }
}

/// How a browser draws a picture: its size, and how dark each part of it is.
const LOOK: &str = r#"
    const look = async (type, data) => {
        const image = new Image();
        image.src = `data:${type};base64,${data}`;
        await image.decode();
        const [width, height, part] = [940, 1200, 20];
        const canvas = Object.assign(document.createElement('canvas'), {width, height});
        const context = canvas.getContext('2d');
        context.imageSmoothingQuality = 'high';
        const wide = image.naturalWidth;
        context.drawImage(image, 0, 0, wide, height * wide / width, 0, 0, width, height);
        const pixels = context.getImageData(0, 0, width, height).data;
        const dark = Array(width / part * height / part).fill(0);
        for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) {
            const at = 4 * (y * width + x);
            const value = 255 - (pixels[at] + pixels[at + 1] + pixels[at + 2]) / 3;
            dark[Math.floor(y / part) * (width / part) + Math.floor(x / part)] += value / part / part;
        }
        return {width: image.naturalWidth, height: image.naturalHeight, dark};
    };
    return [await look('image/png', PNG), await look('image/svg+xml', SVG)];
"#;

#[test]
fn a_browser_sees_the_same_in_both() {
    if which("chromium").is_err() {
        eprintln!("skipped: there is no Chromium");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let data = |name: &str| {
        let path = folder.path().join(name);
        plot(&path, &["--peer-connection", "1"]);
        format!("'{}'", STANDARD.encode(std::fs::read(path).unwrap()))
    };
    let script = LOOK
        .replace("PNG)", &format!("{})", data("call.png")))
        .replace("SVG)", &format!("{})", data("call.svg")));
    let looks = run_in(Kind::Chromium, &script).unwrap();
    let (png, svg) = (&looks[0], &looks[1]);
    assert_eq!(png["width"].as_u64().unwrap(), 2 * svg["width"].as_u64().unwrap());
    assert_eq!(png["height"].as_u64().unwrap(), 2 * svg["height"].as_u64().unwrap());
    let dark = |look: &serde_json::Value| -> Vec<f64> {
        look["dark"]
            .as_array()
            .unwrap()
            .iter()
            .map(|value| value.as_f64().unwrap())
            .collect()
    };
    let (png, svg) = (dark(png), dark(svg));
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (one, other) = (mean(&png), mean(&svg));
    assert!(one > 1.0 && (0.7..1.4).contains(&(one / other)), "{one} {other}");
    // Where one is dark the other is: fonts differ, places do not.
    let pairs = || png.iter().zip(&svg);
    let together: f64 = pairs().map(|(a, b)| (a - one) * (b - other)).sum();
    let alone = |values: &[f64], mean: f64| values.iter().map(|value| (value - mean).powi(2)).sum::<f64>().sqrt();
    let alike = together / (alone(&png, one) * alone(&svg, other));
    assert!(alike > 0.85, "{alike}");
}
