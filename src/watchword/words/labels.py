"""Class names that detectors are known to emit."""

COCO = tuple(
    name.strip()
    for name in """
    person, bicycle, car, motorcycle, airplane, bus, train, truck, boat, traffic light, fire hydrant, stop sign,
    parking meter, bench, bird, cat, dog, horse, sheep, cow, elephant, bear, zebra, giraffe, backpack, umbrella,
    handbag, tie, suitcase, frisbee, skis, snowboard, sports ball, kite, baseball bat, baseball glove,
    skateboard, surfboard, tennis racket, bottle, wine glass, cup, fork, knife, spoon, bowl, banana, apple,
    sandwich, orange, broccoli, carrot, hot dog, pizza, donut, cake, chair, couch, potted plant, bed, dining
    table, toilet, tv, laptop, mouse, remote, keyboard, cell phone, microwave, oven, toaster, sink,
    refrigerator, book, clock, vase, scissors, teddy bear, hair drier, toothbrush""".split(",")  # noqa: SIM905 - a list of quoted names is harder to read
)
"""The 80 classes of COCO, in the order of its models' outputs (https://cocodataset.org)."""

WATCHWORD = ("bag", "vehicle", "left_object", "removed_object", "moved_object")
"""What the detectors that need no model call things, and a plain name for bags."""

EXPERIMENTAL = frozenset({"fire", "smoke", "weapon", "gun", "pistol", "rifle", "knife"})
"""Labels that no detector tells well enough to be relied on."""

KNOWN = frozenset({name.replace(" ", "_") for name in COCO} | set(WATCHWORD) | {"fire", "smoke", "weapon", "guard"})
