// A witness of logs, written from c2sp.org/tlog-witness and c2sp.org/tlog-cosignature with Go's own code for notes and trees.
// It imports nothing of ours: if it cosigns our log, any witness that keeps to the papers can.
//
//	witness ADDRESS NAME SEED-IN-HEX LOG-VKEY
//
// It prints its own vkey, then serves add-checkpoint until it is ended.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const kind = 0x04 // an Ed25519 cosigner

type witness struct {
	name   string
	key    ed25519.PrivateKey
	origin string
	log    note.Verifier
	lock   sync.Mutex
	size   int64
	root   tlog.Hash
}

func (w *witness) public() []byte { return w.key.Public().(ed25519.PublicKey) }

func (w *witness) id() []byte {
	sum := sha256.Sum256(append([]byte(w.name+"\n"), append([]byte{kind}, w.public()...)...))
	return sum[:4]
}

func (w *witness) vkey() string {
	return fmt.Sprintf("%s+%x+%s", w.name, w.id(), base64.StdEncoding.EncodeToString(append([]byte{kind}, w.public()...)))
}

func (w *witness) cosign(text string) string {
	now := time.Now().Unix()
	signature := ed25519.Sign(w.key, []byte(fmt.Sprintf("cosignature/v1\ntime %d\n%s", now, text)))
	body := append(append([]byte{}, w.id()...), binary.BigEndian.AppendUint64(nil, uint64(now))...)
	return fmt.Sprintf("— %s %s\n", w.name, base64.StdEncoding.EncodeToString(append(body, signature...)))
}

type refusal struct {
	status int
	size   int64 // for 409
}

func (w *witness) add(body string) (string, *refusal) {
	head, signed, found := strings.Cut(body, "\n\n")
	lines := strings.Split(head, "\n")
	old, err := strconv.ParseInt(strings.TrimPrefix(lines[0], "old "), 10, 64)
	if !found || err != nil || !strings.HasPrefix(lines[0], "old ") || len(lines) > 64 {
		return "", &refusal{status: 400}
	}
	var proof tlog.TreeProof
	for _, line := range lines[1:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return "", &refusal{status: 400}
		}
		proof = append(proof, hash)
	}
	opened, err := note.Open([]byte(signed), note.VerifierList(w.log))
	if err != nil {
		return "", &refusal{status: 403}
	}
	rows := strings.Split(opened.Text, "\n")
	if len(rows) < 4 || rows[0] != w.origin {
		return "", &refusal{status: 404}
	}
	size, err1 := strconv.ParseInt(rows[1], 10, 64)
	root, err2 := tlog.ParseHash(rows[2])
	if err1 != nil || err2 != nil || old > size {
		return "", &refusal{status: 400}
	}
	w.lock.Lock()
	defer w.lock.Unlock()
	if old != w.size || (old == size && old > 0 && root != w.root) {
		return "", &refusal{409, w.size}
	}
	if old > 0 && old < size && tlog.CheckTree(proof, size, root, old, w.root) != nil {
		return "", &refusal{status: 422}
	}
	w.size, w.root = size, root
	return w.cosign(opened.Text), nil
}

func (w *witness) ServeHTTP(answer http.ResponseWriter, request *http.Request) {
	if request.Method != "POST" || request.URL.Path != "/add-checkpoint" {
		http.NotFound(answer, request)
		return
	}
	var body bytes.Buffer
	if _, err := io.CopyN(&body, request.Body, 20_000); err != io.EOF {
		answer.WriteHeader(400)
		return
	}
	line, no := w.add(body.String())
	switch {
	case no == nil:
		fmt.Fprint(answer, line)
	case no.status == 409:
		answer.Header().Set("Content-Type", "text/x.tlog.size")
		answer.WriteHeader(409)
		fmt.Fprintf(answer, "%d\n", no.size)
	default:
		answer.WriteHeader(no.status)
	}
}

func main() {
	seed, err := hex.DecodeString(os.Args[3])
	if err != nil || len(seed) != ed25519.SeedSize {
		log.Fatal("the seed has 64 hexadecimal digits")
	}
	verifier, err := note.NewVerifier(os.Args[4])
	if err != nil {
		log.Fatal(err)
	}
	w := &witness{name: os.Args[2], key: ed25519.NewKeyFromSeed(seed), origin: verifier.Name(), log: verifier}
	listening, err := net.Listen("tcp", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s http://%s\n", w.vkey(), listening.Addr())
	log.Fatal(http.Serve(listening, w))
}
