"""Every option of an export, in the order a page shows them."""

from __future__ import annotations

from collections.abc import Mapping

from studio.exports.option import (
    Choice,
    Needed,
    Option,
    aspect,
    choice,
    color,
    frame,
    halves,
    objects,
    picture,
    switch,
    whole,
)

OPTIONS: Mapping[str, Option] = {
    option.name: option
    for option in (
        objects("objects", "Objects", "By their numbers; without a choice those that are shown."),
        frame("first_frame", "First frame", "The first frame that is in it.", 0),
        frame("last_frame", "Last frame", "The last frame that is in it; without a choice the clip's last.", None),
        whole("every", "Every n-th", "1 is every frame, 5 every fifth from the first on.", 1, 1),
        switch("images", "Pictures too", "The frames go along as JPEG files.", False),
        switch("absent", "Empty frames", "Frames in which nothing was found are listed too.", True),
        choice(
            "overlap",
            "Where objects overlap",
            "Whose a pixel is that two objects claim.",
            (Choice("number", "The higher number"), Choice("score", "The higher score")),
        ),
        choice(
            "region",
            "In a line",
            "What a line of text says of a frame.",
            (Choice("rotated", "Rotated box"), Choice("box", "Upright box"), Choice("mask", "Mask")),
        ),
        choice(
            "container",
            "File",
            "What a cut-out is written as.",
            (
                Choice("webm", "WebM, VP9 with alpha"),
                Choice("mov", "MOV, ProRes 4444"),
                Choice("png", "Zip of PNG files"),
            ),
        ),
        choice(
            "alpha",
            "Colours at the edge",
            "Straight colours are as they are, premultiplied ones times their alpha; WebM is always straight.",
            (Choice("straight", "Straight"), Choice("premultiplied", "Premultiplied")),
            Needed("container", ("mov", "png")),
        ),
        color(
            "tint",
            "Colour",
            "One colour for all objects, or each its own.",
            "own",
            Choice("own", "Each object's own"),
        ),
        whole("opacity", "Fill", "How much of an object's colour lies over it.", 40, 0, 100, "%"),
        halves("edge", "Edge", "Width of the line along it, in a picture of up to 1080 lines.", 1.5, 0, 20, "px"),
        halves("width", "Line", "Its width, in a picture of up to 1080 lines.", 3, 0.5, 40, "px"),
        switch("boxes", "Rotated boxes", "The rotated boxes are drawn too.", False),
        choice(
            "part",
            "Blurred",
            "What is made unrecognisable.",
            (Choice("objects", "The objects"), Choice("rest", "All else")),
        ),
        choice("style", "How", "Soft, or in blocks.", (Choice("blur", "Blur"), Choice("pixelate", "Blocks"))),
        whole("strength", "Strength", "Of the blur, in percent of the picture's shorter side.", 5, 1, 50, "%"),
        choice(
            "rest",
            "All else",
            "What becomes of all but the objects.",
            (Choice("both", "Dark and grey"), Choice("dark", "Dark"), Choice("grey", "Grey")),
        ),
        whole("light", "Light", "How much of its light all else keeps where it is made dark.", 35, 0, 95, "%"),
        color("color", "Background", "The colour behind the objects; a keyer's green without a choice.", "#00b140"),
        picture("picture", "Picture", "A picture of your own behind the objects, over the colour."),
        aspect(
            "aspect",
            "Shape",
            "The window's width to its height as shown.",
            tuple(
                Choice(value, title)
                for value, title in (
                    ("source", "As the clip"),
                    ("9:16", "9:16"),
                    ("1:1", "1:1"),
                    ("4:5", "4:5"),
                    ("16:9", "16:9"),
                )
            ),
        ),
        whole("margin", "Margin", "What the window leaves on each side, of the largest box.", 20, 0, 200, "%"),
        whole("feather", "Soft edge", "How far the edge fades.", 0, 0, 100, "px"),
        switch("sound", "Sound", "The clip's sound goes along.", True, Needed("container", ("webm", "mov"))),
        choice(
            "quality",
            "Quality",
            "How closely the film follows the picture; a lower one is a smaller file.",
            (Choice("high", "High"), Choice("good", "Good"), Choice("small", "Small")),
        ),
    )
}
