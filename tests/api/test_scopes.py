"""Every endpoint says which scope a token needs; one that says nothing does not import."""

import pytest
from django.urls import URLPattern, get_resolver
from rest_framework.response import Response

from nrm.accounts.scopes import Scope
from nrm.rest import APIView, describe


def _views(resolver, found=None):
    found = [] if found is None else found
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            if issubclass(getattr(pattern.callback, "view_class", object), APIView):
                found.append(pattern.callback.view_class)
        else:
            _views(pattern, found)
    return found


def test_every_method_of_every_endpoint_has_a_scope():
    views = _views(get_resolver())
    assert len(views) > 25
    for view in views:
        methods = {m.upper() for m in view.http_method_names if hasattr(view, m)} - {"HEAD"}
        assert methods - {"OPTIONS"} <= set(view.scopes), view


def test_an_endpoint_without_a_scope_does_not_import_and_says_what_to_add():
    with pytest.raises(TypeError, match=r"Careless.*get declares no scope.*\n.*\n.*scope=Scope"):

        class CarelessView(APIView):
            def get(self, request):
                return Response({})

    with pytest.raises(TypeError, match="scope"):
        describe("read", "Read", tag="Cases", responses={200: None})


def test_the_scope_of_a_parent_is_not_the_scope_of_its_child():
    class ParentView(APIView):
        @describe("r", "Read", tag="Cases", responses={200: None}, scope=Scope.CASES_READ)
        def get(self, request):
            return Response({})

    class ChildView(ParentView):
        @describe("r", "Read", tag="Cases", responses={200: None}, scope=Scope.AUDIT_READ)
        def get(self, request):
            return Response({})

    assert ParentView.scopes == {"GET": Scope.CASES_READ}
    assert ChildView.scopes == {"GET": Scope.AUDIT_READ}
