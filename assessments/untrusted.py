"""Files from outside: text and YAML that may be empty, huge, in another encoding, or made to harm."""

import re
from typing import Any

import yaml
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MOST_BYTES = 2_000_000
MOST_NODES = 50_000
DEEPEST = 30
_THAI = re.compile("[\u0e01-\u0e3a\u0e40-\u0e4e]{3}")


def text_of(data: bytes, *, most: int = MOST_BYTES) -> str:
    """The text of a file in UTF-8 (with or without a mark) or in UTF-16 with its mark.

    Raises ValidationError with a sentence for the screen: empty, too large, not text, or in Windows-874.
    """
    if not data.strip():
        raise ValidationError(_("The file is empty."))
    if len(data) > most:
        raise ValidationError(
            _("The file is too large: %(have)s kB; at most %(most)s kB.")
            % {"have": len(data) // 1000, "most": most // 1000}
        )
    marked = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    try:
        text = data.decode("utf-16" if marked else "utf-8-sig")
    except UnicodeDecodeError:
        raise ValidationError(_not_utf8(data)) from None
    if not text.strip():
        raise ValidationError(_("The file is empty."))
    if "\x00" in text:
        raise ValidationError(_("This is not a text file."))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _not_utf8(data: bytes) -> str:
    """What to say of it: three Thai letters in a row are a word, however many figures stand around it."""
    try:
        thai = _THAI.search(data.decode("cp874"))
    except UnicodeDecodeError:
        thai = None
    if thai:
        return _("The text is in Windows-874 (TIS-620). Save it again in UTF-8 and try once more.")
    return _("This is not a text file in UTF-8.")


def yaml_of(text: str) -> yaml.Node:
    """The YAML document of a text as nodes with their lines; plain values only.

    Raises ValidationError with a sentence that names the line: no YAML, a tag, an anchor or alias (a YAML bomb is made
    of them), nested too deeply, or too much.
    """
    depth = nodes = 0
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            line = {"line": event.start_mark.line + 1 if event.start_mark else 1}
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise ValidationError(_("Line %(line)s: anchors and aliases are not taken.") % line)
            tag = getattr(event, "tag", None)
            if tag and tag != "!":
                raise ValidationError(_("Line %(line)s: the tag %(tag)s is not taken.") % (line | {"tag": tag}))
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            nodes += isinstance(event, yaml.NodeEvent)
            if depth > DEEPEST or nodes > MOST_NODES:
                raise ValidationError(_("Line %(line)s: the file is nested too deeply or holds too much.") % line)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise ValidationError(
            _("Line %(line)s: this is not YAML (%(problem)s).")
            % {"line": mark.line + 1 if mark else 1, "problem": error.problem or error.context or ""}
        ) from None
    except (yaml.YAMLError, RecursionError):
        raise ValidationError(_("This is not YAML.")) from None
    if node is None:
        raise ValidationError(_("The file is empty."))
    return node


def plain(node: yaml.Node) -> Any:
    """The Python value of a node from `yaml_of`."""
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_document(node)
    except (yaml.YAMLError, ValueError, TypeError):
        raise ValidationError(_("This is not YAML.")) from None
    finally:
        loader.dispose()
