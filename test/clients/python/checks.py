"""Uses a control plane as programs written with the Python package `kubernetes` do.

    checks.py KUBECONFIG CHECK...

Every check is run by its name, and tells in one line of JSON how it ended.
"""

import json
import sys
import threading
import time
import traceback

from kubernetes import client, config, dynamic, utils, watch
from kubernetes.client.exceptions import ApiException
from kubernetes.dynamic.exceptions import ConflictError, NotFoundError


def config_map(name, value="1", **metadata):
    return client.V1ConfigMap(metadata=client.V1ObjectMeta(name=name, **metadata), data={"a": value})


def refused(status, call, *args, **kwargs):
    """The Status of a call that has to be refused."""
    try:
        call(*args, **kwargs)
    except ApiException as error:
        assert error.status == status, f"refused with {error.status}: {error.body}"
        return json.loads(error.body)
    raise AssertionError("was not refused")


def objects(core, namespace):
    created = core.create_namespaced_config_map(namespace, config_map("one"))
    assert created.metadata.uid and created.metadata.creation_timestamp.tzinfo is not None
    again = refused(409, core.create_namespaced_config_map, namespace, config_map("one"))
    assert again["reason"] == "AlreadyExists" and again["details"]["name"] == "one"
    created.data["a"] = "2"
    updated = core.replace_namespaced_config_map("one", namespace, created)
    assert updated.data == {"a": "2"}
    created.metadata.resource_version = created.metadata.resource_version + "0"
    assert refused(409, core.replace_namespaced_config_map, "one", namespace, created)["reason"] == "Conflict"
    invalid = refused(422, core.create_namespaced_config_map, namespace, config_map("Not Valid"))
    assert invalid["details"]["causes"][0]["field"] == "metadata.name"
    secret = client.V1Secret(metadata=client.V1ObjectMeta(name="s"), string_data={"k": "v"}, type="Opaque")
    assert core.create_namespaced_secret(namespace, secret).data == {"k": "dg=="}
    deleted = core.delete_namespaced_config_map("one", namespace, propagation_policy="Background")
    # some versions of the package give what is no object of the kind as plain members
    assert (deleted["status"] if isinstance(deleted, dict) else deleted.status) == "Success"
    assert refused(404, core.read_namespaced_config_map, "one", namespace)["message"] == 'configmaps "one" not found'


def patches(core, namespace):
    core.create_namespaced_config_map(namespace, config_map("p"))
    assert core.patch_namespaced_config_map("p", namespace, {"data": {"b": "2"}}).data == {"a": "1", "b": "2"}
    removed = core.patch_namespaced_config_map("p", namespace, [{"op": "remove", "path": "/data/a"}])
    assert removed.data == {"b": "2"}
    dry = core.patch_namespaced_config_map("p", namespace, {"data": {"c": "3"}}, dry_run="All")
    assert dry.data == {"b": "2", "c": "3"}
    assert core.read_namespaced_config_map("p", namespace).data == {"b": "2"}


def dynamic_client(core, namespace):
    every = dynamic.DynamicClient(core.api_client)
    networks = every.resources.get(api_version="networking.datumapis.com/v1alpha", kind="Network")
    body = {
        "apiVersion": "networking.datumapis.com/v1alpha",
        "kind": "Network",
        "metadata": {"name": "n"},
        "spec": {"ipam": {"mode": "Auto"}},
    }
    applied = networks.server_side_apply(namespace=namespace, body=body, field_manager="python")
    assert applied.spec.mtu == 1460 and applied.metadata.managedFields[0].operation == "Apply"
    body["spec"]["mtu"] = 1400
    assert networks.server_side_apply(namespace=namespace, body=body, field_manager="python").spec.mtu == 1400
    body["spec"]["mtu"] = 1500
    try:
        networks.server_side_apply(namespace=namespace, body=body, field_manager="another")
        raise AssertionError("no conflict")
    except ConflictError as error:
        assert "conflict with \"python\": .spec.mtu" in str(error.body).replace("\\", "")
    assert networks.server_side_apply(namespace=namespace, body=body, field_manager="another", force_conflicts=True).spec.mtu == 1500
    networks.delete(name="n", namespace=namespace)
    # its controller holds it for a moment
    for _ in range(100):
        try:
            networks.get(name="n", namespace=namespace)
        except NotFoundError:
            return
        time.sleep(0.1)
    raise AssertionError("still there")


def watches(core, namespace):
    start = core.list_namespaced_config_map(namespace).metadata.resource_version
    seen = []

    def write():
        for n in range(6):
            core.create_namespaced_config_map(namespace, config_map(f"w{n}"))
            threading.Event().wait(0.3)

    writer = threading.Thread(target=write)
    writer.start()
    # each watch is cut after a second, and the next one goes on from the last version
    while len(seen) < 6:
        stream = watch.Watch()
        for event in stream.stream(core.list_namespaced_config_map, namespace, resource_version=start, timeout_seconds=1):
            seen.append((event["type"], event["object"].metadata.name))
            start = event["object"].metadata.resource_version
    writer.join()
    assert seen == [("ADDED", f"w{n}") for n in range(6)], seen


def pages(core, namespace):
    for n in range(7):
        core.create_namespaced_config_map(namespace, config_map(f"p{n}", labels={"app": "pages"}))
    names, token = [], None
    while True:
        page = core.list_namespaced_config_map(namespace, label_selector="app=pages", limit=3, _continue=token)
        names += [item.metadata.name for item in page.items]
        token = page.metadata._continue
        if not token:
            break
    assert names == [f"p{n}" for n in range(7)], names


def documents(core, namespace):
    text = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "d", "namespace": namespace}, "data": {"x": "y"}}
    lease = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "d", "namespace": namespace}}
    for document in (text, lease):
        utils.create_from_dict(core.api_client, document)
    assert core.read_namespaced_config_map("d", namespace).data == {"x": "y"}
    assert client.VersionApi(core.api_client).get_code().major == "1"
    groups = [group.name for group in client.ApisApi(core.api_client).get_api_versions().groups]
    assert "networking.datumapis.com" in groups


CHECKS = {
    "objects": objects,
    "patches": patches,
    "dynamic client": dynamic_client,
    "watches": watches,
    "pages": pages,
    "documents": documents,
}


def main(kubeconfig, names):
    config.load_kube_config(kubeconfig)
    core = client.CoreV1Api()
    for name in names:
        outcome = {"check": name}
        namespace = core.create_namespace(client.V1Namespace(metadata=client.V1ObjectMeta(generate_name="python-"))).metadata.name
        try:
            CHECKS[name](core, namespace)
        except Exception:
            outcome["error"] = traceback.format_exc()
        core.delete_namespace(namespace)
        print(json.dumps(outcome), flush=True)


main(sys.argv[1], sys.argv[2:])
