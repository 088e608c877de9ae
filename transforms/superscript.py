"""Raised and lowered characters in plain text: never fused with the word before them."""

from __future__ import annotations

import re

_RAISED = str.maketrans(
    "0123456789+-−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWβγδθφχ",
    "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵝᵞᵟᶿᵠᵡ",
)
_LOWERED = str.maketrans("0123456789+-−=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ")

_ORDINAL = re.compile(
    r"(?:st|nd|rd|th|er|ers|re|res|e|es|è|ème|èmes|eme|emes|ère|ères|ième|nde?|nds|d|de|te|ste|o|os|a|as|or|va|vo|da|do|ma|mo|na|no|ra|ro|ta|to|"
    r"r|rs|me|mes|mgr|lle|lles|le|gr|®|™|º|ª|°|ème\.|ª\.|º\.|mo\.|[aoº]\.)",
    re.IGNORECASE,
)
_LONGEST = 12


def raised(text: str, before: str) -> str:
    """What ``sup`` holds, as it stands in plain text after ``before``: ``100²``, ``2ⁿ``, ``1er``, ``10^(x/2)``."""
    return _apart(text, before, _RAISED, "^")


def lowered(text: str, before: str) -> str:
    """What ``sub`` holds, as it stands in plain text after ``before``: ``H₂O``, ``xₘₐₓ``, ``v_(0,1)``."""
    return _apart(text, before, _LOWERED, "_")


def _apart(text: str, before: str, characters: dict[int, int], sign: str) -> str:
    text = text.strip()
    last = before[-1:]
    if not text or not (last.isalnum() or last == "."):
        return text if not text or not last or last.isspace() or not text[0].isalnum() else f" {text}"
    if sign == "^" and _ORDINAL.fullmatch(text) and (last.isdigit() or len(text) > 1 or not last.islower()):
        return text  # 1er, XXe, Mme are read as one word everywhere
    if text[0] in "[({*†‡§¶" and sign == "^":
        return f" {text}"
    if len(text) > _LONGEST or " " in text:
        return f" {text} "
    if all(ord(character) in characters for character in text):
        return text.translate(characters)
    return f"{sign}({text})" if len(text) > 1 else f"{sign}{text}"
