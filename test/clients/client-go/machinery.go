package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic/dynamicinformer"
	clientinformers "k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/events"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
	"k8s.io/client-go/tools/pager"
	"k8s.io/client-go/tools/record"
	toolswatch "k8s.io/client-go/tools/watch"
)

func mapper(p *plane) *restmapper.DeferredDiscoveryRESTMapper {
	return restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(p.typed.Discovery()))
}

func discovery(_ context.Context, p *plane) error {
	groups, resources, err := p.typed.Discovery().ServerGroupsAndResources()
	expect(err == nil && len(groups) > 3 && len(resources) > 3, "discovery: %v, %d groups", err, len(groups))
	found := must(mapper(p).RESTMapping(schema.GroupKind{Group: "networking.datumapis.com", Kind: "Network"}))
	expect(found.Resource == networkResource && found.Scope.Name() == meta.RESTScopeNameNamespace, "the mapping is %v", found)
	cluster := must(mapper(p).RESTMapping(schema.GroupKind{Kind: "Namespace"}))
	expect(cluster.Scope.Name() == meta.RESTScopeNameRoot, "the scope of namespaces is %v", cluster.Scope)
	version := must(p.typed.Discovery().ServerVersion())
	expect(version.Major == "1", "the version is %v", version)
	must(p.typed.Discovery().OpenAPISchema())
	paths := must(p.typed.Discovery().OpenAPIV3().Paths())
	_, there := paths["apis/networking.datumapis.com/v1alpha"]
	expect(there, "OpenAPI v3 has no document of networks")
	return nil
}

// informers is run with and without KUBE_FEATURE_WatchListClient.
func informers(ctx context.Context, p *plane) error {
	maps := p.typed.CoreV1().ConfigMaps(p.namespace)
	must(maps.Create(ctx, configMap("before", "1"), metav1.CreateOptions{}))
	factory := clientinformers.NewSharedInformerFactoryWithOptions(p.typed, 0, clientinformers.WithNamespace(p.namespace))
	informer := factory.Core().V1().ConfigMaps().Informer()
	lister := factory.Core().V1().ConfigMaps().Lister().ConfigMaps(p.namespace)
	var added, changed, removed atomic.Int32
	must(informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(any) { added.Add(1) },
		UpdateFunc: func(any, any) { changed.Add(1) },
		DeleteFunc: func(any) { removed.Add(1) },
	}))
	networks := dynamicinformer.NewFilteredDynamicSharedInformerFactory(p.dynamic, 0, p.namespace, nil)
	networkInformer := networks.ForResource(networkResource).Informer()
	factory.Start(ctx.Done())
	networks.Start(ctx.Done())
	expect(cache.WaitForCacheSync(ctx.Done(), informer.HasSynced, networkInformer.HasSynced), "informers do not sync")
	must(lister.Get("before"))
	created := must(maps.Create(ctx, configMap("after", "1"), metav1.CreateOptions{}))
	created.Data["a"] = "2"
	must(maps.Update(ctx, created, metav1.UpdateOptions{}))
	mustDo(maps.Delete(ctx, "before", metav1.DeleteOptions{}))
	must(p.dynamic.Resource(networkResource).Namespace(p.namespace).Create(ctx, network("n"), metav1.CreateOptions{}))
	eventually(ctx, "events are missing", func() bool {
		return added.Load() >= 2 && changed.Load() >= 1 && removed.Load() >= 1 && len(networkInformer.GetStore().List()) == 1
	})
	seen := must(lister.Get("after"))
	expect(seen.Data["a"] == "2", "the lister has %v", seen.Data)
	return nil
}

func leaderElection(ctx context.Context, p *plane) error {
	led := make(chan string, 2)
	stop := map[string]context.CancelFunc{}
	for _, identity := range []string{"first", "second"} {
		own, cancel := context.WithCancel(ctx)
		stop[identity] = cancel
		lock := must(resourcelock.New(resourcelock.LeasesResourceLock, p.namespace, "leader", p.typed.CoreV1(), p.typed.CoordinationV1(), resourcelock.ResourceLockConfig{Identity: identity}))
		go leaderelection.RunOrDie(own, leaderelection.LeaderElectionConfig{
			Lock: lock, ReleaseOnCancel: true, LeaseDuration: 3 * time.Second, RenewDeadline: 2 * time.Second, RetryPeriod: 200 * time.Millisecond,
			Callbacks: leaderelection.LeaderCallbacks{
				OnStartedLeading: func(context.Context) { led <- identity },
				OnStoppedLeading: func() {},
			},
		})
	}
	leader := <-led
	lease := must(p.typed.CoordinationV1().Leases(p.namespace).Get(ctx, "leader", metav1.GetOptions{}))
	expect(*lease.Spec.HolderIdentity == leader, "the lease is held by %v, and %v leads", *lease.Spec.HolderIdentity, leader)
	stop[leader]()
	select {
	case next := <-led:
		expect(next != leader, "%v leads again", next)
	case <-ctx.Done():
		return fmt.Errorf("nobody leads after %v", leader)
	}
	for _, cancel := range stop {
		cancel()
	}
	return nil
}

func metadataClient(ctx context.Context, p *plane) error {
	must(p.typed.CoreV1().ConfigMaps(p.namespace).Create(ctx, configMap("m", "1"), metav1.CreateOptions{}))
	client := metadata.NewForConfigOrDie(p.config)
	resource := corev1.SchemeGroupVersion.WithResource("configmaps")
	list := must(client.Resource(resource).Namespace(p.namespace).List(ctx, metav1.ListOptions{LabelSelector: "app=m"}))
	expect(len(list.Items) == 1 && list.Items[0].Labels["app"] == "m", "the list has %v", list.Items)
	factory := metadatainformer.NewFilteredSharedInformerFactory(client, 0, p.namespace, nil)
	informer := factory.ForResource(resource).Informer()
	factory.Start(ctx.Done())
	expect(cache.WaitForCacheSync(ctx.Done(), informer.HasSynced), "the informer does not sync")
	_, there, err := informer.GetStore().GetByKey(p.namespace + "/m")
	expect(there && err == nil, "the informer has %v", informer.GetStore().ListKeys())
	return client.Resource(resource).Namespace(p.namespace).Delete(ctx, "m", metav1.DeleteOptions{})
}

func recordEvents(ctx context.Context, p *plane) error {
	about := must(p.typed.CoreV1().ConfigMaps(p.namespace).Create(ctx, configMap("e", "1"), metav1.CreateOptions{}))
	old := record.NewBroadcaster()
	defer old.Shutdown()
	old.StartRecordingToSink(&coreSink{p})
	recorder := old.NewRecorder(scheme.Scheme, corev1.EventSource{Component: "go"})
	for range 3 {
		recorder.Event(about, corev1.EventTypeNormal, "Old", "told by the core group")
	}
	broadcaster := events.NewBroadcaster(&events.EventSinkImpl{Interface: p.typed.EventsV1()})
	defer broadcaster.Shutdown()
	mustDo(broadcaster.StartRecordingToSinkWithContext(ctx))
	broadcaster.NewRecorder(scheme.Scheme, "go").Eventf(about, nil, corev1.EventTypeNormal, "New", "Telling", "told by events.k8s.io")
	eventually(ctx, "events are missing", func() bool {
		list := must(p.typed.CoreV1().Events(p.namespace).List(ctx, metav1.ListOptions{}))
		counts := map[string]int32{}
		for _, event := range list.Items {
			counts[event.Reason] += max(event.Count, 1)
		}
		return counts["Old"] == 3 && counts["New"] == 1
	})
	return nil
}

// coreSink is what v1.EventSinkImpl is, without another package.
type coreSink struct{ p *plane }

func (s *coreSink) Create(event *corev1.Event) (*corev1.Event, error) {
	return s.p.typed.CoreV1().Events(event.Namespace).CreateWithEventNamespaceWithContext(context.Background(), event)
}

func (s *coreSink) Update(event *corev1.Event) (*corev1.Event, error) {
	return s.p.typed.CoreV1().Events(event.Namespace).UpdateWithEventNamespaceWithContext(context.Background(), event)
}

func (s *coreSink) Patch(event *corev1.Event, data []byte) (*corev1.Event, error) {
	return s.p.typed.CoreV1().Events(event.Namespace).PatchWithEventNamespaceWithContext(context.Background(), event, data)
}

func pages(ctx context.Context, p *plane) error {
	maps := p.typed.CoreV1().ConfigMaps(p.namespace)
	for n := range 25 {
		must(maps.Create(ctx, configMap(fmt.Sprintf("p-%02d", n), "1"), metav1.CreateOptions{}))
	}
	asked, seen := 0, 0
	reader := pager.New(func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
		asked++
		return maps.List(ctx, options)
	})
	reader.PageSize = 10
	mustDo(reader.EachListItem(ctx, metav1.ListOptions{LabelSelector: "app"}, func(runtime.Object) error {
		seen++
		return nil
	}))
	expect(seen == 25 && asked == 3, "%d objects in %d pages", seen, asked)
	return nil
}

func watches(ctx context.Context, p *plane) error {
	maps := p.typed.CoreV1().ConfigMaps(p.namespace)
	list := must(maps.List(ctx, metav1.ListOptions{}))
	follower := must(toolswatch.NewRetryWatcherWithContext(ctx, list.ResourceVersion, &cache.ListWatch{
		WatchFuncWithContext: func(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
			seconds := int64(1)
			options.TimeoutSeconds = &seconds // cut again and again
			return maps.Watch(ctx, options)
		},
	}))
	defer follower.Stop()
	const writes = 15
	go func() {
		for n := range writes {
			must(maps.Create(ctx, configMap(fmt.Sprintf("w-%02d", n), "1"), metav1.CreateOptions{}))
			time.Sleep(100 * time.Millisecond)
		}
	}()
	for n := range writes {
		event := <-follower.ResultChan()
		name := event.Object.(*corev1.ConfigMap).Name
		expect(event.Type == watch.Added && name == fmt.Sprintf("w-%02d", n), "event %d is %v %v", n, event.Type, name)
	}
	return nil
}
