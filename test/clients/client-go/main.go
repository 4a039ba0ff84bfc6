// Uses a control plane as programs written with client-go do. Every check is run by its name, and tells in one line of JSON how it ended.
//
//	client-go KUBECONFIG CHECK...
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// A check fails by what it returns, or by a panic of must.
type check func(context.Context, *plane) error

// What a check works with: clients, and a namespace that nobody else uses.
type plane struct {
	config    *rest.Config
	typed     *kubernetes.Clientset
	dynamic   *dynamic.DynamicClient
	namespace string
}

var checks = map[string]check{
	"typed":             typed,
	"protobuf":          protobuf,
	"cbor":              cbor,
	"dynamic":           dynamicClient,
	"discovery":         discovery,
	"informers":         informers,
	"leader election":   leaderElection,
	"apply":             apply,
	"patches":           patches,
	"metadata":          metadataClient,
	"events":            recordEvents,
	"pages":             pages,
	"watches":           watches,
	"deletion":          deletion,
	"custom resources":  customResources,
	"retry on conflict": retryOnConflict,
}

type outcome struct {
	Check string `json:"check"`
	Error string `json:"error,omitempty"`
}

func main() {
	config := must(clientcmd.BuildConfigFromFlags("", os.Args[1]))
	config.QPS = 1000
	config.Burst = 1000
	for _, name := range os.Args[2:] {
		line := outcome{Check: name}
		if err := run(name, config); err != nil {
			line.Error = err.Error()
		}
		fmt.Println(string(must(json.Marshal(line))))
	}
}

func run(name string, config *rest.Config) (err error) {
	defer func() {
		if failure := recover(); failure != nil {
			err = fmt.Errorf("%v\n%s", failure, debug.Stack())
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	typed := kubernetes.NewForConfigOrDie(config)
	namespace := must(typed.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "go-"}}, metav1.CreateOptions{}))
	defer func() { _ = typed.CoreV1().Namespaces().Delete(ctx, namespace.Name, metav1.DeleteOptions{}) }()
	check, found := checks[name]
	if !found {
		return fmt.Errorf("no check is called %q", name)
	}
	return check(ctx, &plane{config: config, typed: typed, dynamic: dynamic.NewForConfigOrDie(config), namespace: namespace.Name})
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func mustDo(err error) {
	if err != nil {
		panic(err)
	}
}

// expect panics with a sentence when something is not so.
func expect(so bool, sentence string, details ...any) {
	if !so {
		panic(fmt.Sprintf(sentence, details...))
	}
}

// eventually looks again until something is so, for as long as the context lives.
func eventually(ctx context.Context, sentence string, so func() bool) {
	for !so() {
		select {
		case <-ctx.Done():
			panic(sentence)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
