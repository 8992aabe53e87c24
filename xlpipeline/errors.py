"""Every fault in a request is one of these, with one sentence that says what to do next.

    XlpipelineError
    ├── RequestError      the request asks for something that does not exist or cannot be
    │   ├── CriteriaError     a deal lacks exit criteria; a reason may override them
    │   ├── ReasonError       a move needs to say why
    │   └── NoNextStageError  a move needs to say where to
    ├── SetupError        a recipe, a mapping file or a set-up table holds something that is not allowed
    ├── SourceError       a file to import cannot be read or understood
    │   └── PipelineError     it holds several pipelines, and one must be chosen
    │       └── OtherPipelineError   it holds another pipeline than the workbook
    └── BookError         the workbook cannot be read or must not be written
        ├── BusyError     somebody else holds the workbook or has just changed it
        └── GrowthError   a table has no room to grow

A fault in the *data* is never an exception: it becomes a row of the Issues table.
"""


class XlpipelineError(Exception):
    """Something the user asked for cannot be done; the message is one sentence for the user."""


class RequestError(XlpipelineError):
    """The request asks for something that does not exist or cannot be."""


class CriteriaError(RequestError):
    """A deal lacks exit criteria; the message lists them, and a reason may override them."""


class ReasonError(RequestError):
    """A move back, or out of an end stage, needs a reason."""


class NoNextStageError(RequestError):
    """There is no next stage, so the one to move to must be named."""


class SetupError(XlpipelineError):
    """A recipe, mapping file or set-up table holds something that is not allowed."""


class SourceError(XlpipelineError):
    """A file to import cannot be read or understood."""


class PipelineError(SourceError):
    """A file to import holds deals of several pipelines; ``names`` are theirs."""

    def __init__(self, message: str, names: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.names = names


class OtherPipelineError(PipelineError):
    """A file to import holds no deals of the pipeline that the workbook holds."""


class BookError(XlpipelineError):
    """The workbook cannot be read or must not be written."""


class BusyError(BookError):
    """Somebody else holds the workbook or has just changed it."""


class GrowthError(BookError):
    """A table has no room to grow; the message names the cells in the way."""
