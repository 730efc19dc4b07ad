//go:build ignore

// This program writes emoji.tsv: the names that Slack gives to emoji. It reads
// en/data.json and en/shortcodes/iamcal.json of the npm package emojibase-data
// (MIT), which takes Slack's names from https://github.com/iamcal/emoji-data
// (MIT), where Slack has them from:
//
//	npm pack emojibase-data && tar xzf emojibase-data-*.tgz && go run emoji_gen.go package
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// byDefault is the type of what is drawn as an emoji without a variation selector.
const byDefault = 1

func main() {
	folder := "package"
	if len(os.Args) > 1 {
		folder = os.Args[1]
	}
	var emojis []struct {
		Hex   string `json:"hexcode"`
		Emoji string `json:"emoji"`
		Type  int    `json:"type"`
	}
	names := map[string]any{}
	read(filepath.Join(folder, "en", "data.json"), &emojis)
	read(filepath.Join(folder, "en", "shortcodes", "iamcal.json"), &names)
	byHex := map[string]string{}
	for _, e := range emojis {
		if e.Type == byDefault && !strings.Contains(e.Hex, "-") {
			e.Emoji = strings.TrimSuffix(e.Emoji, "\uFE0F")
		}
		byHex[plain(e.Hex)] = e.Emoji
	}
	var lines []string
	for hex, given := range names {
		list, several := given.([]any)
		if !several {
			list = []any{given}
		}
		for _, name := range list {
			if emoji := byHex[plain(hex)]; emoji != "" && !strings.HasPrefix(name.(string), "skin-tone-") {
				lines = append(lines, fmt.Sprintf("%s\t%s\n", name, emoji))
			}
		}
	}
	slices.Sort(lines)
	if err := os.WriteFile("emoji.tsv", []byte(strings.Join(lines, "")), 0o644); err != nil {
		log.Fatal(err)
	}
}

// plain leaves out the variation selector, which the two files write differently.
func plain(hex string) string { return strings.ReplaceAll(hex, "-FE0F", "") }

func read(file string, into any) {
	b, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(b, into)
	}
	if err != nil {
		log.Fatal(err)
	}
}
