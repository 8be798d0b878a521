package main

import (
	"reflect"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func configDiff(a, b *config) string {
	return cmp.Diff(a, b, cmpopts.IgnoreUnexported(config{}, sourceConfig{}), cmpopts.EquateEmpty())
}

// allKeys are the names of all keys below a configuration.
func allKeys(c any) []string { return keysOf(reflect.TypeOf(c)) }

func keysOf(t reflect.Type) []string {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	var keys []string
	for name, field := range yamlFields(t) {
		keys = append(append(keys, name), keysOf(field)...)
	}
	return keys
}
