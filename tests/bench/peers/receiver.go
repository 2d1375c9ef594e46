// A bare receiver on Go's net/http: verifies the signature, parses the JSON, stores nothing.
// usage: receiver ADDRESS CERTIFICATE KEY SECRET
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"os"
)

type status struct {
	ID     string                       `json:"id"`
	Status string                       `json:"status"`
	Error  *struct{ Code, Type string } `json:"error"`
}

type event struct {
	Topic        string          `json:"topic"`
	Timestamp    string          `json:"timestamp"`
	CallbackData json.RawMessage `json:"callbackData"`
	StatusUpdate *status         `json:"statusUpdate"`
}

func main() {
	secret := []byte(os.Args[4])
	http.HandleFunc("/webhooks/connectly", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			w.WriteHeader(400)
			return
		}
		mac := hmac.New(sha256.New, secret)
		mac.Write(body)
		sent, _ := base64.StdEncoding.DecodeString(r.Header.Get("x-connectly-hmac-sha256"))
		if !hmac.Equal(mac.Sum(nil), sent) {
			w.WriteHeader(401)
			return
		}
		var e event
		if json.Unmarshal(body, &e) != nil {
			w.WriteHeader(400)
			return
		}
		w.WriteHeader(200)
	})
	panic((&http.Server{Addr: os.Args[1]}).ListenAndServeTLS(os.Args[2], os.Args[3]))
}
