//! The canvas of pixels, and PNG (W3C PNG, Third Edition): eight bits each of red, green and blue.
//!
//! Outlines of letters and of lines go through one rasterizer, which says how much of each pixel is covered. The font comes with
//! the program (`font/README.md`), so a picture is the same on a machine that has none.

use std::io::{self, Write};

use ab_glyph::{Font, FontRef, GlyphId, Point as Place, PxScale, ScaleFont, point};
use ab_glyph_rasterizer::Rasterizer;
use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::canvas::{Anchor, Canvas, DASH, Point, STROKE, Text};

/// Pixels for a CSS pixel: screens have two.
const SCALE: f64 = 2.0;
/// Nobody looks at a taller picture, and browsers do not show it.
pub(super) const TALLEST: f64 = 16_000.0;

const FONT: &[u8] = include_bytes!("font/sans.ttf");
/// Drawn for a character that the font does not have.
const MISSING: char = '\u{25a1}';

/// A picture of pixels, white at first.
pub(super) struct Raster {
    width: usize,
    height: usize,
    /// Red, green and blue of each pixel, row by row.
    pixels: Vec<u8>,
    font: Option<FontRef<'static>>,
}

impl Raster {
    /// An empty picture of this size, which is no taller than [`TALLEST`].
    pub fn new((width, height): Point) -> Raster {
        let [width, height] = [width, height.min(TALLEST)].map(|length| (length * SCALE).ceil() as usize);
        Raster {
            width,
            height,
            pixels: vec![255; width * height * 3],
            font: FontRef::try_from_slice(FONT).ok(),
        }
    }

    /// The whole file.
    pub fn finish(self) -> io::Result<Vec<u8>> {
        /// 8 bits, RGB, and the only methods of compression, filtering and interlacing.
        const KIND: [u8; 5] = [8, 2, 0, 0, 0];
        let mut header = Vec::with_capacity(13);
        for length in [self.width, self.height] {
            header.extend(u32::try_from(length).map_err(io::Error::other)?.to_be_bytes());
        }
        header.extend(KIND);
        let mut data = ZlibEncoder::new(Vec::new(), Compression::default());
        for row in self.pixels.chunks_exact(self.width * 3) {
            // No filter: rows are mostly white, and filters make such pictures larger.
            data.write_all(&[0])?;
            data.write_all(row)?;
        }
        let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
        chunk(b"IHDR", &header, &mut file)?;
        chunk(b"IDAT", &data.finish()?, &mut file)?;
        chunk(b"IEND", &[], &mut file)?;
        Ok(file)
    }

    /// A straight line of some width, in CSS pixels; what of it is not in the picture is drawn along its edge.
    fn stroke(&mut self, from: Point, to: Point, width: f64, color: [u8; 3]) {
        let far = point(self.width as f32, self.height as f32);
        let inside = |place: Place| point(place.x.clamp(0.0, far.x), place.y.clamp(0.0, far.y));
        let (from, to) = (inside(scaled(from)), inside(scaled(to)));
        let along = to - from;
        let length = along.x.hypot(along.y);
        let half = (width * SCALE) as f32 / 2.0;
        // No number is one, either.
        if length.is_nan() || length <= 0.0 || half > far.y {
            return;
        }
        let side = point(-along.y / length * half, along.x / length * half);
        let corners = [from + side, to + side, to - side, from - side];
        let pad = point(half + 1.0, half + 1.0);
        let low = point(from.x.min(to.x), from.y.min(to.y)) - pad;
        let high = point(from.x.max(to.x), from.y.max(to.y)) + pad;
        let origin = point(low.x.floor(), low.y.floor());
        let size = high - origin;
        let mut rasterizer = Rasterizer::new(size.x.ceil() as usize + 1, size.y.ceil() as usize + 1);
        for (index, corner) in corners.iter().enumerate() {
            rasterizer.draw_line(*corner - origin, corners[(index + 1) % corners.len()] - origin);
        }
        rasterizer.for_each_pixel_2d(|x, y, covered| self.blend(origin, (x, y), color, covered));
    }

    /// Puts a color over a pixel, as far as it covers that. Places outside are passed over.
    fn blend(&mut self, origin: Place, (x, y): (u32, u32), color: [u8; 3], covered: f32) {
        let (x, y) = (origin.x + x as f32, origin.y + y as f32);
        let share = covered.abs().min(1.0);
        if share <= 0.0 || x < 0.0 || y < 0.0 || x as usize >= self.width || y as usize >= self.height {
            return;
        }
        let at = (y as usize * self.width + x as usize) * 3;
        for (old, new) in self.pixels[at..at + 3].iter_mut().zip(color) {
            *old = (f32::from(*old) + (f32::from(new) - f32::from(*old)) * share).round() as u8;
        }
    }

    /// The glyph of a character.
    fn glyph(font: &FontRef<'_>, letter: char) -> GlyphId {
        match font.glyph_id(letter) {
            GlyphId(0) => font.glyph_id(MISSING),
            glyph => glyph,
        }
    }
}

impl Canvas for Raster {
    fn rule(&mut self, from: Point, to: Point, color: &str, mark: Option<&str>) {
        let color = rgb(color);
        if mark.is_none() {
            return self.stroke(from, to, 1.0, color);
        }
        let (x, y) = (to.0 - from.0, to.1 - from.1);
        let length = x.hypot(y);
        let at = |way: f64| {
            let share = way.min(length) / length;
            (from.0 + x * share, from.1 + y * share)
        };
        let (mut way, step) = (0.0, DASH.0 + DASH.1);
        while way < length {
            self.stroke(at(way), at(way + DASH.0), 1.0, color);
            way += step;
        }
    }

    fn curve(&mut self, points: &[Point], color: &str) {
        let color = rgb(color);
        for two in points.windows(2) {
            self.stroke(two[0], two[1], STROKE, color);
        }
    }

    fn block(&mut self, corner: Point, size: Point, color: &str) {
        let middle = corner.1 + size.1 / 2.0;
        self.stroke((corner.0, middle), (corner.0 + size.0, middle), size.1, rgb(color));
    }

    fn text(&mut self, at: Point, text: &str, style: Text<'_>) {
        /// How much thicker letters are in a heading.
        const BOLD: f32 = 0.9;
        let Some(font) = self.font.clone() else { return };
        let color = style.color.map_or([0; 3], rgb);
        // What a browser calls the size of a font is its em; here it is its height.
        let em = font.units_per_em().unwrap_or(1.0);
        let size = PxScale::from((style.size * SCALE) as f32 * font.height_unscaled() / em);
        let scaled_font = font.as_scaled(size);
        let glyphs: Vec<GlyphId> = text
            .chars()
            .map(|letter| Raster::glyph(&font, if letter.is_control() { MISSING } else { letter }))
            .collect();
        let length: f32 = glyphs.iter().map(|glyph| scaled_font.h_advance(*glyph)).sum();
        let mut place = scaled(at);
        place.x -= match style.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => length / 2.0,
            Anchor::End => length,
        };
        for glyph in glyphs {
            let next = place.x + scaled_font.h_advance(glyph);
            let shifts: &[f32] = if style.bold { &[0.0, BOLD] } else { &[0.0] };
            for shift in shifts {
                let positioned = glyph.with_scale_and_position(size, point(place.x + shift, place.y));
                if let Some(outlined) = font.outline_glyph(positioned) {
                    let corner = outlined.px_bounds().min;
                    outlined.draw(|x, y, covered| self.blend(corner, (x, y), color, covered));
                }
            }
            place.x = next;
        }
    }
}

fn scaled((x, y): Point) -> Place {
    point((x * SCALE) as f32, (y * SCALE) as f32)
}

/// `#0072b2`, `#ddd`; what is no color is black.
fn rgb(color: &str) -> [u8; 3] {
    let digits = color.trim_start_matches('#');
    let digit = |at: usize| {
        digits
            .get(at..=at)
            .and_then(|digit| u8::from_str_radix(digit, 16).ok())
            .unwrap_or(0)
    };
    match digits.len() {
        3 => [0, 1, 2].map(|at| digit(at) * 17),
        _ => [0, 2, 4].map(|at| digit(at) * 16 + digit(at + 1)),
    }
}

/// A chunk of a file: length, type, data and checksum.
fn chunk(kind: &[u8; 4], data: &[u8], file: &mut Vec<u8>) -> io::Result<()> {
    file.extend(u32::try_from(data.len()).map_err(io::Error::other)?.to_be_bytes());
    let mut sum = crc32fast::Hasher::new();
    sum.update(kind);
    sum.update(data);
    file.extend(kind);
    file.extend(data);
    file.extend(sum.finalize().to_be_bytes());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colored(raster: &Raster, x: usize, y: usize) -> [u8; 3] {
        let at = (y * raster.width + x) * 3;
        [raster.pixels[at], raster.pixels[at + 1], raster.pixels[at + 2]]
    }

    #[test]
    fn colors() {
        assert_eq!((rgb("#ddd"), rgb("#0072b2")), ([0xdd; 3], [0, 0x72, 0xb2]));
        assert_eq!((rgb(""), rgb("#é"), rgb("red")), ([0; 3], [0; 3], [0, 0xee, 0xdd]));
    }

    #[test]
    fn shapes_are_where_they_should_be() {
        let mut raster = Raster::new((40.0, 20.0));
        assert_eq!((raster.width, raster.height), (80, 40));
        raster.block((5.0, 5.0), (10.0, 4.0), "#0072b2");
        assert_eq!(colored(&raster, 20, 14), [0, 0x72, 0xb2]);
        assert_eq!(colored(&raster, 8, 14), [255; 3]);
        raster.curve(&[(20.0, 10.0), (30.0, 10.0), (30.0, 18.0)], "#d55e00");
        assert_eq!(
            (colored(&raster, 50, 20), colored(&raster, 60, 30)),
            ([0xd5, 0x5e, 0], [0xd5, 0x5e, 0])
        );
        // Outside there is nothing, and nothing breaks.
        raster.curve(&[(-1e9, 5.0), (1e9, 5.0)], "#000");
        raster.curve(&[(f64::NAN, 5.0), (3.0, f64::INFINITY)], "#000");
        raster.rule((3.0, 3.0), (3.0, 3.0), "#000", Some(""));
    }

    #[test]
    fn every_letter_has_its_width() {
        let ink = |text: &str, style: Text<'_>| {
            let mut raster = Raster::new((200.0, 30.0));
            raster.text((100.0, 20.0), text, style);
            let dark = (0..raster.width).filter(|x| (0..raster.height).any(|y| colored(&raster, *x, y) != [255; 3]));
            dark.collect::<Vec<usize>>()
        };
        let plain = ink("wide WIDE", Text::PLAIN);
        assert!(plain[0] >= 199 && plain.last().unwrap() - plain[0] > 80, "{plain:?}");
        let end = ink(
            "wide WIDE",
            Text {
                anchor: Anchor::End,
                ..Text::PLAIN
            },
        );
        assert!(end.last().unwrap() <= &201 && end[0] < 120);
        let dark = |style: Text<'_>| {
            let mut raster = Raster::new((20.0, 30.0));
            raster.text((5.0, 20.0), "l", style);
            raster.pixels.iter().map(|octet| 255 - u32::from(*octet)).sum::<u32>()
        };
        let thick = dark(Text {
            bold: true,
            ..Text::PLAIN
        });
        assert!(dark(Text::PLAIN) > 0 && thick > dark(Text::PLAIN));
        assert_eq!(ink("\u{4e00}", Text::PLAIN), ink("\u{1b}", Text::PLAIN));
        assert!(!ink("\u{4e00}", Text::PLAIN).is_empty() && ink("", Text::PLAIN).is_empty());
    }
}
