"""What a GraphQL request asks Dagster to change, for the record, and in whose name the runs of it will run.

A run carries tags: ``shiftledger/by`` is the person whom the proxy let through, and nobody can write it themselves;
``reason`` is why, as they typed it beside the other tags.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLError, parse
from graphql.language import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    ListTypeNode,
    NamedTypeNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    StringValueNode,
    TypeNode,
    Visitor,
    visit,
)

from data_contracts.errors import StoreError

BY_TAG = "shiftledger/by"
REASON_TAG = "reason"
OURS = "shiftledger/"
NOT_GIVEN = "not given"
IDLE = frozenset({"logTelemetry", "setNuxSeen"})
"""Mutations that change nothing of ours."""
_TAGS_OF = {
    "ExecutionParams": ("executionMetadata", "tags"),
    "LaunchBackfillParams": ("tags",),
    "ReexecutionParams": ("extraTags",),
}
"""Where each kind of order to run keeps its tags."""
_BESIDE = frozenset({"executionMetadata", "tags", "extraTags", "runConfigData", "repositoryName", "mode"})
_LONGEST = 4000

Tags = list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One change: the mutation, what it is about, why, and its variables."""

    what: str
    target: str
    reason: str
    details: dict[str, object] = field(default_factory=dict)


def asked_of(query: str, variables: Mapping[str, Any], operation_name: str | None) -> list[Asked]:
    """Changes that a request asks for; none of what cannot be parsed, which Dagster refuses."""
    found = _operation(query, operation_name)
    if found is None or found[1].operation is not OperationType.MUTATION:
        return []
    document, operation = found
    fields = {field.name.value for field in _fields(document, operation.selection_set)} - IDLE
    given = json.dumps(variables, ensure_ascii=False, sort_keys=True)
    details: dict[str, object] = {"variables": given[:_LONGEST]}
    reason = next((tag["value"] for tags in _tags(operation, variables) for tag in tags if _is_reason(tag)), NOT_GIVEN)
    return [Asked(name, _target(variables), reason, details) for name in sorted(fields)]


def signed(query: str, variables: dict[str, Any], name: str) -> dict[str, Any]:
    """The variables with the person's name as a tag of every run that they order.

    Raises StoreError for a query that writes a tag of ours into its text, where nothing can be put beside it.
    """
    document = parse(query)
    _refuse_tags_in_text(document)
    variables = json.loads(json.dumps(variables))
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            for tags in _tags(definition, variables, make=True):
                tags[:] = [tag for tag in tags if not str(tag.get("key", "")).startswith(OURS)]
                tags.append({"key": BY_TAG, "value": name})
    return variables


def _operation(query: str, name: str | None) -> tuple[DocumentNode, OperationDefinitionNode] | None:
    try:
        document = parse(query)
    except GraphQLError:
        return None
    operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    wanted = [one for one in operations if not name or (one.name is not None and one.name.value == name)]
    return (document, wanted[0]) if len(wanted) == 1 else None


def _fields(document: DocumentNode, selection: SelectionSetNode) -> Iterator[FieldNode]:
    """The fields of an operation itself, those in fragments too."""
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    for one in selection.selections:
        if isinstance(one, FieldNode):
            yield one
        elif isinstance(one, InlineFragmentNode):
            yield from _fields(document, one.selection_set)
        elif isinstance(one, FragmentSpreadNode) and one.name.value in fragments:
            yield from _fields(document, fragments[one.name.value].selection_set)


def _tags(operation: OperationDefinitionNode, variables: Mapping[str, Any], *, make: bool = False) -> Iterator[Tags]:
    """The lists of tags among the variables; with ``make`` also where there was none."""
    for definition in operation.variable_definitions or ():
        path = _TAGS_OF.get(_named(definition.type))
        value = variables.get(definition.variable.name.value)
        if path is None or value is None:
            continue
        for order in value if isinstance(value, list) else [value]:
            if tags := _at(order, path, make=make):
                yield tags[0]


def _at(order: Any, path: tuple[str, ...], *, make: bool) -> list[Tags]:
    for name in path[:-1]:
        if order.get(name) is None:
            if not make:
                return []
            order[name] = {}
        order = order[name]
    if order.get(path[-1]) is None:
        if not make:
            return []
        order[path[-1]] = []
    return [order[path[-1]]]


def _named(node: TypeNode) -> str:
    while isinstance(node, ListTypeNode | NonNullTypeNode):
        node = node.type
    return node.name.value if isinstance(node, NamedTypeNode) else ""


def _is_reason(tag: Mapping[str, str]) -> bool:
    return tag.get("key") == REASON_TAG and bool(str(tag.get("value", "")).strip())


def _target(variables: Mapping[str, Any]) -> str:
    """What it is about: the texts among the variables, without tags and configuration."""

    def told(value: Any) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, Mapping):
            for inner in (inner for name, inner in value.items() if name not in _BESIDE):
                yield from told(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from told(inner)

    return " ".join(dict.fromkeys(told(variables)))[:200]


def _refuse_tags_in_text(document: DocumentNode) -> None:
    class Look(Visitor):
        def enter_string_value(self, node: StringValueNode, *_: Any) -> None:
            if node.value.startswith(OURS):
                raise StoreError(f"{node.value}: a tag of ours cannot stand in the text of a query")

    visit(document, Look())
