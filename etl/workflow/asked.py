"""What a GraphQL request asks Dagster to change, for the record, and in whose name the runs of it will run.

What the tags of a run mean: ``etl.workflow.starter``.
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
    TypeNode,
    VariableNode,
)

from data_contracts.errors import StoreError
from etl.workflow.starter import BY_TAG, NOT_GIVEN, REASON_TAG

IDLE = frozenset({"logTelemetry", "setNuxSeen"})
"""Mutations that change nothing of ours."""
_TAGS_OF = {
    "ExecutionParams": ("executionMetadata", "tags"),
    "LaunchBackfillParams": ("tags",),
    "ReexecutionParams": ("extraTags",),
}
"""Where each kind of order to run keeps its tags."""
_ORDERS = ("launch", "reexecute")
_BESIDE = frozenset({"executionMetadata", "tags", "extraTags", "runConfigData", "repositoryName", "mode"})
_LONGEST = 4000
_REFUSALS = ("Error", "Invalid", "Conflict", "NotFound")
"""How the names of Dagster's answers end when it did nothing."""

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


def signed(query: str, variables: Mapping[str, Any], operation_name: str | None, name: str) -> dict[str, Any]:
    """The variables with the person's name as a tag of every run that they order.

    Raises StoreError for an order that is no variable, as all of Dagster's pages are: no tag can be put there.
    """
    made: dict[str, Any] = json.loads(json.dumps(dict(variables)))
    found = _operation(query, operation_name)
    if found is None:
        return made
    document, operation = found
    types = {one.variable.name.value: _named(one.type) for one in operation.variable_definitions or ()}
    for field_ in _fields(document, operation.selection_set):
        if field_.name.value.startswith(_ORDERS):
            for argument in field_.arguments:
                given = argument.value.name.value if isinstance(argument.value, VariableNode) else ""
                if types.get(given) not in _TAGS_OF or made.get(given) is None:
                    raise StoreError(f"{field_.name.value}: write {argument.name.value} as a variable of its own type")
    for tags in _tags(operation, made, make=True):
        tags[:] = [tag for tag in tags if tag.get("key") != BY_TAG]
        tags.append({"key": BY_TAG, "value": name})
    return made


def trouble_of(body: bytes) -> str:
    """Why Dagster did not do what was asked, by its answer; blank when it did."""
    answer = json.loads(body)
    if errors := answer.get("errors"):
        return str(errors[0].get("message"))[:500]
    for given in (answer.get("data") or {}).values():
        kind = given.get("__typename", "") if isinstance(given, dict) else ""
        if kind.endswith(_REFUSALS):
            return f"{kind}: {given.get('message', '')}"[:500]
    return ""


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
