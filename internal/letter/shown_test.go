package letter

import (
	"reflect"
	"testing"
	"time"
)

// A value that stands twice must be the same twice.
func TestATemplateIsShownWhatAnEntryHolds(t *testing.T) {
	c := Card{
		Title: "a", URL: "b", Organization: "c", Summary: "d", Trend: "e", Leads: "f", Authors: []string{"g"}, Links: []Link{{"h", "i"}},
		MoreAuthors: 1, Votes: 2, Comments: 3, Stars: 4, Days: 5, Brief: true, Rising: true, Published: time.Unix(6, 0),
	}
	e := &entry{Card: &c, Mark: "j", First: true, Lean: true, Bare: true, Number: 7}
	given, held := reflect.ValueOf(newShownEntry(e)).Elem(), reflect.ValueOf(e).Elem()
	for _, field := range reflect.VisibleFields(held.Type()) {
		if !field.IsExported() {
			continue
		}
		got, want := given.FieldByName(field.Name), held.FieldByIndex(field.Index)
		if !reflect.DeepEqual(got.Interface(), want.Interface()) {
			t.Errorf("%s is %v, of the entry it is %v", field.Name, got, want)
		}
	}
	for i := range given.NumField() {
		if given.Type().Field(i).IsExported() && given.Field(i).IsZero() {
			t.Errorf("%s is empty: nothing is tried with it", given.Type().Field(i).Name)
		}
	}
}
