"""What is made of a record between the store and the exports: a chain of pure functions, in the order config.yaml gives.

A transform is a function ``name(article, context, **options) -> Article`` that returns a changed copy and leaves its input
as it was. One file a transform, its function named like the file. A user's own stands in config.yaml as
``module:function``, or is installed under the entry point group ``presslift.transforms``.
"""

from __future__ import annotations

from presslift.transforms.chain import BUILT_IN, Transform, apply, build_chain
from presslift.transforms.context import Context

__all__ = ["BUILT_IN", "Context", "Transform", "apply", "build_chain"]
