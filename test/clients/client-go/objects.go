package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	corev1apply "k8s.io/client-go/applyconfigurations/core/v1"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/scale"
	"k8s.io/client-go/util/retry"
)

func configMap(name, value string) *corev1.ConfigMap {
	return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"app": name}}, Data: map[string]string{"a": value}}
}

func typed(ctx context.Context, p *plane) error {
	maps := p.typed.CoreV1().ConfigMaps(p.namespace)
	created := must(maps.Create(ctx, configMap("one", "1"), metav1.CreateOptions{}))
	expect(created.UID != "" && created.ResourceVersion != "", "a created object has no uid or version: %v", created)
	_, err := maps.Create(ctx, configMap("one", "1"), metav1.CreateOptions{})
	expect(apierrors.IsAlreadyExists(err), "creating again: %v", err)
	_, err = maps.Get(ctx, "none", metav1.GetOptions{})
	expect(apierrors.IsNotFound(err), "what is not there: %v", err)
	changed := created.DeepCopy()
	changed.Data["a"] = "2"
	updated := must(maps.Update(ctx, changed, metav1.UpdateOptions{}))
	expect(updated.ResourceVersion != created.ResourceVersion, "an update leaves the version")
	_, err = maps.Update(ctx, changed, metav1.UpdateOptions{})
	expect(apierrors.IsConflict(err), "an update of an old version: %v", err)
	bad := configMap("Not Valid", "1")
	_, err = maps.Create(ctx, bad, metav1.CreateOptions{})
	expect(apierrors.IsInvalid(err), "a bad name: %v", err)
	dry := must(maps.Create(ctx, configMap("dry", "1"), metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}}))
	expect(dry.UID != "", "a dry run has no uid")
	list := must(maps.List(ctx, metav1.ListOptions{LabelSelector: "app=one"}))
	expect(len(list.Items) == 1 && list.Items[0].Data["a"] == "2", "the list has %v", list.Items)
	secret := must(p.typed.CoreV1().Secrets(p.namespace).Create(ctx, &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: "s"}, StringData: map[string]string{"k": "v"},
	}, metav1.CreateOptions{}))
	expect(string(secret.Data["k"]) == "v" && secret.Type == corev1.SecretTypeOpaque, "the secret is %v", secret)
	return maps.Delete(ctx, "one", metav1.DeleteOptions{})
}

func protobuf(ctx context.Context, p *plane) error {
	config := rest.CopyConfig(p.config)
	config.ContentType = runtime.ContentTypeProtobuf
	config.AcceptContentTypes = runtime.ContentTypeProtobuf
	maps := kubernetes.NewForConfigOrDie(config).CoreV1().ConfigMaps(p.namespace)
	stream := must(maps.Watch(ctx, metav1.ListOptions{}))
	defer stream.Stop()
	created := must(maps.Create(ctx, configMap("p", "1"), metav1.CreateOptions{}))
	event := <-stream.ResultChan()
	expect(event.Type == watch.Added && event.Object.(*corev1.ConfigMap).UID == created.UID, "the watch tells %v", event)
	list := must(maps.List(ctx, metav1.ListOptions{}))
	expect(len(list.Items) == 1 && list.Items[0].Data["a"] == "1", "the list has %v", list.Items)
	_, err := maps.Get(ctx, "none", metav1.GetOptions{})
	expect(apierrors.IsNotFound(err) && strings.Contains(err.Error(), `configmaps "none" not found`), "what is not there: %v", err)
	seconds := int64(0)
	return maps.Delete(ctx, "p", metav1.DeleteOptions{GracePeriodSeconds: &seconds, Preconditions: metav1.NewUIDPreconditions(string(created.UID))})
}

// cbor is run with KUBE_FEATURE_ClientsAllowCBOR and KUBE_FEATURE_ClientsPreferCBOR: where the server refuses the first body the client goes on
// with JSON.
func cbor(ctx context.Context, p *plane) error {
	networks := p.dynamic.Resource(networkResource).Namespace(p.namespace)
	if _, err := networks.Create(ctx, network("n"), metav1.CreateOptions{}); apierrors.IsUnsupportedMediaType(err) {
		must(networks.Create(ctx, network("n"), metav1.CreateOptions{}))
	} else {
		mustDo(err)
	}
	must(networks.Get(ctx, "n", metav1.GetOptions{}))
	return networks.Delete(ctx, "n", metav1.DeleteOptions{})
}

var networkResource = schema.GroupVersionResource{Group: "networking.datumapis.com", Version: "v1alpha", Resource: "networks"}

func network(name string) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "networking.datumapis.com/v1alpha",
		"kind":       "Network",
		"metadata":   map[string]any{"name": name},
		"spec":       map[string]any{"ipam": map[string]any{"mode": "Auto"}},
	}}
}

func dynamicClient(ctx context.Context, p *plane) error {
	networks := p.dynamic.Resource(networkResource).Namespace(p.namespace)
	created := must(networks.Create(ctx, network("n"), metav1.CreateOptions{}))
	mtu, _, err := unstructured.NestedInt64(created.Object, "spec", "mtu")
	expect(err == nil && mtu == 1460, "the default of mtu is %v, %v", mtu, err)
	applied := must(networks.Apply(ctx, "n", network("n"), metav1.ApplyOptions{FieldManager: "go", Force: true}))
	expect(applied.GetUID() == created.GetUID(), "an apply makes another object")
	// the server's own controller may write the status too
	mustDo(retry.RetryOnConflict(retry.DefaultRetry, func() error {
		current := must(networks.Get(ctx, "n", metav1.GetOptions{}))
		mustDo(unstructured.SetNestedField(current.Object, "fd00::/48", "status", "ipam", "ipv6Prefix"))
		updated, err := networks.UpdateStatus(ctx, current, metav1.UpdateOptions{})
		expect(err != nil || updated.GetGeneration() == 1, "a status counts generations")
		return err
	}))
	_, err = networks.Patch(ctx, "n", types.StrategicMergePatchType, []byte(`{}`), metav1.PatchOptions{})
	expect(apierrors.IsUnsupportedMediaType(err), "a strategic merge of a custom kind: %v", err)
	bad := network("bad")
	mustDo(unstructured.SetNestedField(bad.Object, "nonsense", "spec", "ipam", "mode"))
	_, err = networks.Create(ctx, bad, metav1.CreateOptions{})
	expect(apierrors.IsInvalid(err), "a bad network: %v", err)
	return networks.Delete(ctx, "n", metav1.DeleteOptions{})
}

func apply(ctx context.Context, p *plane) error {
	maps := p.typed.CoreV1().ConfigMaps(p.namespace)
	mine := corev1apply.ConfigMap("a", p.namespace).WithData(map[string]string{"x": "1", "y": "1"})
	created := must(maps.Apply(ctx, mine, metav1.ApplyOptions{FieldManager: "mine"}))
	theirs := corev1apply.ConfigMap("a", p.namespace).WithData(map[string]string{"x": "2"})
	_, err := maps.Apply(ctx, theirs, metav1.ApplyOptions{FieldManager: "theirs"})
	expect(apierrors.IsConflict(err) && strings.Contains(err.Error(), `conflict with "mine": .data.x`), "an apply of what is mine: %v", err)
	taken := must(maps.Apply(ctx, theirs, metav1.ApplyOptions{FieldManager: "theirs", Force: true}))
	expect(taken.Data["x"] == "2" && taken.Data["y"] == "1", "after force: %v", taken.Data)
	extracted := must(corev1apply.ExtractConfigMap(taken, "mine"))
	expect(len(extracted.Data) == 1 && extracted.Data["y"] == "1", "what is still mine: %v", extracted.Data)
	again := must(maps.Apply(ctx, extracted, metav1.ApplyOptions{FieldManager: "mine"}))
	expect(again.ResourceVersion == taken.ResourceVersion, "applying the same again changes the version")
	dropped := must(maps.Apply(ctx, corev1apply.ConfigMap("a", p.namespace), metav1.ApplyOptions{FieldManager: "mine"}))
	_, still := dropped.Data["y"]
	expect(!still && dropped.UID == created.UID, "what nobody owns any more stays: %v", dropped.Data)
	return nil
}

func patches(ctx context.Context, p *plane) error {
	maps := p.typed.CoreV1().ConfigMaps(p.namespace)
	must(maps.Create(ctx, configMap("p", "1"), metav1.CreateOptions{}))
	bodies := map[types.PatchType]string{
		types.JSONPatchType:           `[{"op":"test","path":"/data/a","value":"1"},{"op":"add","path":"/data/json","value":"x"}]`,
		types.MergePatchType:          `{"data":{"merge":"x"}}`,
		types.StrategicMergePatchType: `{"data":{"strategic":"x"}}`,
	}
	for kind, body := range bodies {
		must(maps.Patch(ctx, "p", kind, []byte(body), metav1.PatchOptions{}))
	}
	patched := must(maps.Get(ctx, "p", metav1.GetOptions{}))
	expect(len(patched.Data) == 4, "after three patches: %v", patched.Data)
	_, err := maps.Patch(ctx, "p", types.JSONPatchType, []byte(`[{"op":"test","path":"/data/a","value":"2"}]`), metav1.PatchOptions{})
	expect(apierrors.IsInvalid(err), "a test that fails: %v", err)
	return nil
}

func retryOnConflict(ctx context.Context, p *plane) error {
	maps := p.typed.CoreV1().ConfigMaps(p.namespace)
	must(maps.Create(ctx, configMap("c", "0"), metav1.CreateOptions{}))
	done := make(chan error)
	const writers, writes = 4, 10
	backoff := retry.DefaultBackoff
	backoff.Steps = 100
	for w := range writers {
		go func() {
			for n := range writes {
				err := retry.RetryOnConflict(backoff, func() error {
					current, err := maps.Get(ctx, "c", metav1.GetOptions{})
					if err != nil {
						return err
					}
					current.Data[fmt.Sprintf("w%d-%d", w, n)] = "x"
					_, err = maps.Update(ctx, current, metav1.UpdateOptions{})
					return err
				})
				if err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	for range writers {
		mustDo(<-done)
	}
	all := must(maps.Get(ctx, "c", metav1.GetOptions{}))
	expect(len(all.Data) == 1+writers*writes, "writes were lost: %d", len(all.Data))
	return nil
}

func deletion(ctx context.Context, p *plane) error {
	maps := p.typed.CoreV1().ConfigMaps(p.namespace)
	owner := must(maps.Create(ctx, configMap("owner", "1"), metav1.CreateOptions{}))
	block := true
	dependent := configMap("dependent", "1")
	dependent.OwnerReferences = []metav1.OwnerReference{{APIVersion: "v1", Kind: "ConfigMap", Name: owner.Name, UID: owner.UID, BlockOwnerDeletion: &block}}
	must(maps.Create(ctx, dependent, metav1.CreateOptions{}))
	err := maps.Delete(ctx, "owner", metav1.DeleteOptions{Preconditions: metav1.NewUIDPreconditions("another")})
	expect(apierrors.IsConflict(err), "a deletion of another uid: %v", err)
	foreground := metav1.DeletePropagationForeground
	mustDo(maps.Delete(ctx, "owner", metav1.DeleteOptions{PropagationPolicy: &foreground}))
	eventually(ctx, "owner or dependent are still there", func() bool {
		return len(must(maps.List(ctx, metav1.ListOptions{LabelSelector: "app in (owner,dependent)"})).Items) == 0
	})
	for n := range 5 {
		must(maps.Create(ctx, configMap(fmt.Sprintf("many-%d", n), "1"), metav1.CreateOptions{}))
	}
	mustDo(maps.DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{LabelSelector: "app!=many-0"}))
	left := must(maps.List(ctx, metav1.ListOptions{LabelSelector: "app"}))
	expect(len(left.Items) == 1 && left.Items[0].Name == "many-0", "left are %v", left.Items)
	return nil
}

func customResources(ctx context.Context, p *plane) error {
	group := fmt.Sprintf("g%d.example.com", time.Now().UnixNano())
	definitions := p.dynamic.Resource(schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"})
	integer := map[string]any{"type": "integer"}
	object := func(properties map[string]any) map[string]any {
		return map[string]any{"type": "object", "properties": properties}
	}
	definition := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apiextensions.k8s.io/v1",
		"kind":       "CustomResourceDefinition",
		"metadata":   map[string]any{"name": "ships." + group},
		"spec": map[string]any{
			"group": group,
			"scope": "Namespaced",
			"names": map[string]any{"plural": "ships", "kind": "Ship"},
			"versions": []any{map[string]any{
				"name": "v1", "served": true, "storage": true,
				"schema": map[string]any{"openAPIV3Schema": object(map[string]any{
					"spec": object(map[string]any{"crew": integer}), "status": object(map[string]any{"crew": integer}),
				})},
				"subresources": map[string]any{
					"status": map[string]any{},
					"scale":  map[string]any{"specReplicasPath": ".spec.crew", "statusReplicasPath": ".status.crew"},
				},
			}},
		},
	}}
	must(definitions.Create(ctx, definition, metav1.CreateOptions{}))
	established := func(conditions []any) bool {
		for _, condition := range conditions {
			if is := condition.(map[string]any); is["type"] == "Established" && is["status"] == "True" {
				return true
			}
		}
		return false
	}
	eventually(ctx, "the definition is not established", func() bool {
		conditions, _, _ := unstructured.NestedSlice(must(definitions.Get(ctx, "ships."+group, metav1.GetOptions{})).Object, "status", "conditions")
		return established(conditions)
	})
	resource := schema.GroupVersionResource{Group: group, Version: "v1", Resource: "ships"}
	ship := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": group + "/v1", "kind": "Ship", "metadata": map[string]any{"name": "s"}, "spec": map[string]any{"crew": int64(2)},
	}}
	must(p.dynamic.Resource(resource).Namespace(p.namespace).Create(ctx, ship, metav1.CreateOptions{}))
	scales := must(scale.NewForConfig(p.config, mapper(p), dynamic.LegacyAPIPathResolverFunc, scale.NewDiscoveryScaleKindResolver(p.typed.Discovery())))
	current := must(scales.Scales(p.namespace).Get(ctx, resource.GroupResource(), "s", metav1.GetOptions{}))
	current.Spec.Replicas = 5
	scaled := must(scales.Scales(p.namespace).Update(ctx, resource.GroupResource(), current, metav1.UpdateOptions{}))
	expect(scaled.Spec.Replicas == 5, "the scale is %v", scaled.Spec)
	mustDo(definitions.Delete(ctx, "ships."+group, metav1.DeleteOptions{}))
	eventually(ctx, "the definition is still there", func() bool {
		_, err := definitions.Get(ctx, "ships."+group, metav1.GetOptions{})
		return apierrors.IsNotFound(err)
	})
	return nil
}
