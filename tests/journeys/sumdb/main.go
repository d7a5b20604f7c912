// Verifies a log that lies in a folder, with the code by which Go verifies its module database (golang.org/x/mod/sumdb).
// Nothing of ours takes part but the walk through the files: main FOLDER KEY [EARLIER-CHECKPOINT].
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

// folder is a log's files, as sumdb asks for tiles. Its paths name the height, those of C2SP do not.
type folder string

func (f folder) Height() int { return height }

func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		data, err := f.read(strings.Replace(tile.Path(), "tile/8/", "tile/", 1))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (f folder) read(path string) ([]byte, error) {
	return os.ReadFile(filepath.Join(string(f), filepath.FromSlash(path)))
}

// signedTree is what a checkpoint says, once its signature is found to be by the key.
func signedTree(text []byte, key string) (tree tlog.Tree, err error) {
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return tree, err
	}
	opened, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return tree, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		return tree, fmt.Errorf("no checkpoint of %s", verifier.Name())
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return tree, err
	}
	tree.Hash, err = tlog.ParseHash(lines[2])
	return tree, err
}

// entries holds each entry against its hash, which TileHashReader holds against the root.
func entries(log folder, tree tlog.Tree, hashes tlog.HashReader) error {
	for start := int64(0); start < tree.N; start += 1 << height {
		width := min(tree.N-start, 1<<height)
		tile := tlog.Tile{H: height, L: -1, N: start >> height, W: int(width)}
		data, err := log.read(strings.Replace(tile.Path(), "tile/8/data/", "tile/entries/", 1))
		if err != nil {
			return err
		}
		for index := start; index < start+width; index++ {
			if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
				return fmt.Errorf("entry %d is cut off", index)
			}
			end := 2 + int(binary.BigEndian.Uint16(data))
			signed, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
			if err != nil {
				return err
			}
			if signed[0] != tlog.RecordHash(data[2:end]) {
				return fmt.Errorf("entry %d differs", index)
			}
			data = data[end:]
		}
		if len(data) != 0 {
			return fmt.Errorf("more than %d entries in a tile", width)
		}
	}
	return nil
}

func verify(log folder, key, earlier string) (tree tlog.Tree, err error) {
	text, err := log.read("checkpoint")
	if err != nil {
		return tree, err
	}
	if tree, err = signedTree(text, key); err != nil {
		return tree, err
	}
	hashes := tlog.TileHashReader(tree, log)
	if err = entries(log, tree, hashes); err != nil || earlier == "" {
		return tree, err
	}
	if text, err = os.ReadFile(earlier); err != nil {
		return tree, err
	}
	old, err := signedTree(text, key)
	if err != nil {
		return tree, err
	}
	proof, err := tlog.ProveTree(tree.N, old.N, hashes)
	if err != nil {
		return tree, err
	}
	return tree, tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash)
}

func main() {
	earlier := strings.Join(os.Args[3:], "")
	tree, err := verify(folder(os.Args[1]), os.Args[2], earlier)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(tree.N, base64.StdEncoding.EncodeToString(tree.Hash[:]))
}
