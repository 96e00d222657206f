"""What can be measured, in which unit, and what is usual. Pure: no rows are read here.

Motion: usual active range in degrees (American Academy of Orthopaedic Surgeons). Strength:
grades 0 to 5. Girth: centimeters, at named distances. Pain: 0 to 10.
"""

from dataclasses import dataclass

from notes.enums import MeasureKind


@dataclass(frozen=True, slots=True)
class Site:
    """One thing to measure: where, in what unit, within which figures."""

    key: str
    label: str
    unit: str
    low: int
    high: int
    usual: int | None = None
    has_side: bool = True
    more_is_better: bool = True


def _motions(joint: str, side: bool, **usual: int) -> list[Site]:
    return [
        Site(
            f"{joint}_{name}",
            f"{joint.replace('_', ' ').capitalize()} {name.replace('_', ' ')}",
            "°",
            -60,
            200,
            degrees,
            side,
        )
        for name, degrees in usual.items()
    ]


MOTION = {
    site.key: site
    for site in (
        *_motions("cervical", False, flexion=45, extension=45),
        *_motions("cervical", True, rotation=60, side_bending=45),
        *_motions("lumbar", False, flexion=80, extension=25),
        *_motions("lumbar", True, rotation=45, side_bending=35),
        *_motions("shoulder", True, flexion=180, extension=60, abduction=180,
                  internal_rotation=70, external_rotation=90),
        *_motions("elbow", True, flexion=150, extension=0),
        *_motions("forearm", True, pronation=80, supination=80),
        *_motions("wrist", True, flexion=80, extension=70, radial_deviation=20,
                  ulnar_deviation=30),
        *_motions("hip", True, flexion=120, extension=30, abduction=45, adduction=30,
                  internal_rotation=45, external_rotation=45),
        *_motions("knee", True, flexion=135, extension=0),
        *_motions("ankle", True, dorsiflexion=20, plantar_flexion=50, inversion=35, eversion=15),
    )
}  # fmt: skip
STRENGTH = {
    key: Site(key, label, "/5", 0, 5, 5)
    for key, label in (
        ("neck_flexors", "Neck flexors"),
        ("shoulder_abductors", "Shoulder abductors"),
        ("shoulder_external_rotators", "Shoulder external rotators"),
        ("elbow_flexors", "Elbow flexors"),
        ("elbow_extensors", "Elbow extensors"),
        ("wrist_extensors", "Wrist extensors"),
        ("hip_flexors", "Hip flexors"),
        ("hip_abductors", "Hip abductors"),
        ("knee_extensors", "Knee extensors"),
        ("knee_flexors", "Knee flexors"),
        ("ankle_dorsiflexors", "Ankle dorsiflexors"),
        ("ankle_plantar_flexors", "Ankle plantar flexors"),
        ("trunk_flexors", "Trunk flexors"),
    )
}
GIRTH = {
    key: Site(key, label, "cm", 3, 200, more_is_better=False)
    for key, label in (
        ("hand", "Hand"),
        ("wrist", "Wrist"),
        ("forearm_10", "Forearm, 10 cm below the elbow"),
        ("upper_arm_10", "Upper arm, 10 cm above the elbow"),
        ("foot", "Foot"),
        ("ankle", "Ankle"),
        ("calf_10", "Calf, 10 cm below the knee"),
        ("thigh_10", "Thigh, 10 cm above the knee"),
    )
}
PAIN = {
    key: Site(key, label, "/10", 0, 10, 0, False, False)
    for key, label in (
        ("now", "Pain now"),
        ("worst", "Worst pain since the last visit"),
        ("best", "Least pain since the last visit"),
    )
}
SITES: dict[str, dict[str, Site]] = {
    MeasureKind.PAIN: PAIN,
    MeasureKind.MOTION: MOTION,
    MeasureKind.STRENGTH: STRENGTH,
    MeasureKind.GIRTH: GIRTH,
}


def site_of(kind: str, key: str) -> Site:
    return SITES[kind][key]
