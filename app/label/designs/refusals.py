"""What makes a design of labels be refused."""

from __future__ import annotations

from app.errors import Conflict, Invalid, NotFound


class NoSuchDesign(NotFound):
    """The organisation has no such design of labels."""

    code = "designs.no-such-design"


class DesignWrong(Invalid):
    """Fields of a design are missing, too long or of another type; the findings name them."""

    code = "designs.wrong"


class NameTaken(Conflict):
    """Two designs of one organisation that are in use have different names, so that people can choose."""

    code = "designs.name-taken"  # params: name


class DesignsFull(Conflict):
    """An organisation keeps no more designs than people can choose from."""

    code = "designs.full"  # params: most


class NoLogo(NotFound):
    """The design has no logo."""

    code = "designs.no-logo"
