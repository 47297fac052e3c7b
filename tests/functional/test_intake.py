"""The call centre enters a request for a caller."""


def test_the_call_centre_enters_a_request_for_a_caller_who_is_kept(walk, as_, world):
    client = as_("call_centre").api
    body = {
        "symptom": "坐垫开裂",
        "site_id": world.sites["one"].id,
        "caller_name": "王阿姨",
        "caller_phone": "139 0000 0042",
        "customer_id": world.customers["one"].id,
    }
    missing = client.post("/repairs", {**body, "caller_phone": None}, status=422)
    assert set(missing.json["errors"]) == {"caller_phone"}
    made = client.post("/repairs", body, status=201).json
    assert (made["channel"], made["caller_phone"], made["customer_id"]) == (
        "call_centre",
        "139****0042",
        world.customers["one"].id,
    )
    found = client.get("/callers", phone="13900000042", status=200)
    found.mustcontain("王阿姨")
    assert walk.see_repair("customer", made)["state"] == "pending_review"
