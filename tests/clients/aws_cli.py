"""The AWS CLI's own commands for usage plans against `plangate emulate`, asserted on the state read back."""
import datetime
import json
import pathlib
import subprocess
import sys
import tempfile
import traceback
import urllib.request

from servers import environment

AWS = pathlib.Path(sys.executable).with_name("aws")
BRONZE, FREE = "petstore-bronze", "petstore-free"  # plans of the sample account that have keys


class Cli:
    def __init__(self, endpoint):
        self.endpoint = endpoint

    def run(self, command, *options, service="apigateway"):
        words = [AWS, service, command, *options, "--endpoint-url", self.endpoint, "--output", "json"]
        return subprocess.run([str(word) for word in words], env=environment(), capture_output=True, text=True, timeout=60)

    def __call__(self, command, *options, **service):
        """What the command prints; it must be accepted."""
        done = self.run(command, *options, **service)
        assert done.returncode == 0, f"{command} was refused: {done.stderr.strip()}"
        return json.loads(done.stdout) if done.stdout.strip() else None

    def refused(self, exception, command, *options, **service):
        """The words of a refusal; there must be one, of this kind."""
        done = self.run(command, *options, **service)
        assert done.returncode != 0, f"{command} was accepted: {done.stdout.strip()}"
        assert f"({exception})" in done.stderr, f"{command}: {done.stderr.strip()}"
        return done.stderr.split("operation: ", 1)[1].strip()

    def plan(self, plan):
        return self("get-usage-plan", "--usage-plan-id", plan)

    def find(self, name):
        """The id of a plan of the sample account."""
        return next(plan["id"] for plan in self("get-usage-plans")["items"] if plan["name"] == name)

    def new_plan(self, *options):
        return self("create-usage-plan", "--name", "made by the AWS CLI", *options)["id"]

    def stages(self):
        """The first API of the account and the names of its stages."""
        api = self("get-rest-apis", "--max-items", "1")["items"][0]["id"]
        return api, [stage["stageName"] for stage in self("get-stages", "--rest-api-id", api)["item"]]

    def requests(self):
        """What reached the server last, oldest first."""
        with urllib.request.urlopen(f"{self.endpoint}/_plangate/requests", timeout=10) as answer:
            return json.load(answer)


def same(seen, wanted):
    assert seen == wanted, f"{seen!r} is not {wanted!r}"


def a_plan_is_created_with_everything(aws):
    api, (stage, other, *_) = aws.stages()
    made = aws("create-usage-plan", "--name", "gold", "--description", "with all",
               "--throttle", "burstLimit=20,rateLimit=10.5", "--quota", "limit=1000,offset=3,period=MONTH",
               "--api-stages", json.dumps([{"apiId": api, "stage": stage, "throttle": {"/pets/GET": {"rateLimit": 1.5, "burstLimit": 2}}},
                                           {"apiId": api, "stage": other}]),
               "--tags", "team=pay,tier=1")
    same(made, {
        "id": made["id"], "name": "gold", "description": "with all",
        "throttle": {"burstLimit": 20, "rateLimit": 10.5}, "quota": {"limit": 1000, "offset": 3, "period": "MONTH"},
        "apiStages": [{"apiId": api, "stage": stage, "throttle": {"/pets/GET": {"rateLimit": 1.5, "burstLimit": 2}}},
                      {"apiId": api, "stage": other}],
        "tags": {"team": "pay", "tier": "1"}})
    same(aws.plan(made["id"]), made)


def a_plan_is_created_from_shorthand_stages(aws):
    api, (stage, *_) = aws.stages()
    plan = aws.new_plan("--api-stages", f"apiId={api},stage={stage}")
    same(aws.plan(plan)["apiStages"], [{"apiId": api, "stage": stage}])
    words = aws.refused("NotFoundException", "create-usage-plan", "--name", "x", "--api-stages", f"apiId={api},stage=nosuch")
    same(words, f"API Stage not found: {api}:nosuch")


def the_listing_is_paged(aws):
    every = [plan["id"] for plan in aws("get-usage-plans")["items"]]
    assert len(every) > 25 and len(set(every)) == len(every), every
    before = len(aws.requests())
    same([plan["id"] for plan in aws("get-usage-plans", "--page-size", "7")["items"]], every)
    pages = [request["path"] for request in aws.requests()[before:]]
    same(len(pages), -(-len(every) // 7))
    assert all("limit=7" in page for page in pages), pages
    first = aws("get-usage-plans", "--no-paginate")
    same([plan["id"] for plan in first["items"]], every[:25])
    assert first["position"]


def the_listing_goes_on_where_it_stopped(aws):
    every = [plan["id"] for plan in aws("get-usage-plans")["items"]]
    seen, start = [], []
    while True:
        part = aws("get-usage-plans", "--max-items", "20", "--page-size", "8", *start)
        seen += [plan["id"] for plan in part["items"]]
        if "NextToken" not in part:
            break
        same(len(part["items"]), 20)
        start = ["--starting-token", part["NextToken"]]
    same(seen, every)


def an_update_in_shorthand(aws):
    plan = aws.new_plan("--throttle", "burstLimit=20,rateLimit=10", "--quota", "limit=1000,period=WEEK")
    answer = aws("update-usage-plan", "--usage-plan-id", plan, "--patch-operations",
                 "op=replace,path=/name,value=renamed", "op=replace,path=/throttle/rateLimit,value=12.5",
                 "op=replace,path=/quota/limit,value=1300", "op=add,path=/productCode,value=code-1")
    same(answer, {"id": plan, "name": "renamed", "throttle": {"burstLimit": 20, "rateLimit": 12.5}, "apiStages": [],
                  "quota": {"limit": 1300, "offset": 0, "period": "WEEK"}, "productCode": "code-1", "tags": {}})
    same(aws.plan(plan), answer)


def an_update_in_json(aws):
    api, (stage, other, *_) = aws.stages()
    plan = aws.new_plan("--api-stages", f"apiId={api},stage={other}", "--throttle", "burstLimit=2,rateLimit=1")
    methods = {"/pets/GET": {"rateLimit": 1.0, "burstLimit": 1}, "/pets/{petId}/POST": {"rateLimit": 0.5, "burstLimit": 3}}
    operations = [{"op": "add", "path": "/apiStages", "value": f"{api}:{stage}"},
                  {"op": "remove", "path": "/apiStages", "value": f"{api}:{other}"},
                  {"op": "replace", "path": f"/apiStages/{api}:{stage}/throttle", "value": json.dumps(methods)},
                  {"op": "remove", "path": "/throttle"}]
    aws("update-usage-plan", "--usage-plan-id", plan, "--patch-operations", json.dumps(operations))
    after = {"id": plan, "name": "made by the AWS CLI", "apiStages": [{"apiId": api, "stage": stage, "throttle": methods}], "tags": {}}
    same(aws.plan(plan), after)
    # The same from a file, the way that long updates are sent.
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump([{"op": "remove", "path": f"/apiStages/{api}:{stage}/throttle/~1pets~1{{petId}}/POST"}], file)
        file.flush()
        aws("update-usage-plan", "--usage-plan-id", plan, "--patch-operations", f"file://{file.name}")
    same(aws.plan(plan)["apiStages"][0]["throttle"], {"/pets/GET": methods["/pets/GET"]})


def a_refused_update_changes_nothing(aws):
    plan = aws.new_plan("--quota", "limit=5,period=DAY")
    before = aws.plan(plan)
    for operation in ["op=remove,path=/name", "op=replace,path=/quota/offset,value=1", "op=replace,path=/quota/limit,value=many",
                      "op=add,path=/apiStages,value=nosuch:stage", "op=copy,path=/name,from=/description"]:
        exception = "NotFoundException" if "nosuch" in operation else "BadRequestException"
        words = aws.refused(exception, "update-usage-plan", "--usage-plan-id", plan,
                            "--patch-operations", "op=replace,path=/description,value=lost", operation)
        assert words, operation
        same(aws.plan(plan), before)


def usage_is_read(aws):
    plan = aws.find(BRONZE)
    today = datetime.datetime.now(datetime.timezone.utc).date()
    span = ["--usage-plan-id", plan, "--start-date", today - datetime.timedelta(days=6), "--end-date", today]
    usage = aws("get-usage", *span)
    keys = [key["id"] for key in aws("get-usage-plan-keys", "--usage-plan-id", plan)["items"]]
    same((usage["usagePlanId"], usage["endDate"], set(usage["items"])), (plan, str(today), set(keys)))
    assert len(keys) > 1 and all(len(days) == 7 and all(len(day) == 2 for day in days) for days in usage["items"].values()), usage
    assert any(used for days in usage["items"].values() for used, _ in days), "nobody uses it"
    same(aws("get-usage", *span, "--key-id", keys[0])["items"], {keys[0]: usage["items"][keys[0]]})
    # Page by page by hand: the CLI keeps only the first of several pages of usage.
    first = aws("get-usage", *span, "--no-paginate", "--limit", "1")
    second = aws("get-usage", *span, "--no-paginate", "--limit", "1", "--position", first["position"])
    same((len(first["items"]), first["items"] | second["items"], second.get("position")), (1, usage["items"], None))
    aws.refused("BadRequestException", "get-usage", "--usage-plan-id", plan, "--start-date", "yesterday", "--end-date", str(today))


def what_remains_is_set(aws):
    plan = aws.find(FREE)
    key = aws("get-usage-plan-keys", "--usage-plan-id", plan, "--name-query", "free-tier-shared")["items"][0]["id"]
    today = datetime.datetime.now(datetime.timezone.utc).date()
    answer = aws("update-usage", "--usage-plan-id", plan, "--key-id", key,
                 "--patch-operations", "op=replace,path=/remaining,value=250")
    same(answer["items"][key][-1][1], 250)
    usage = aws("get-usage", "--usage-plan-id", plan, "--key-id", key, "--start-date", today, "--end-date", today)
    same(usage["items"][key][-1][1], 250)
    aws.refused("BadRequestException", "update-usage", "--usage-plan-id", plan, "--key-id", key,
                "--patch-operations", "op=replace,path=/used,value=1")


def api_keys_are_made_and_found(aws):
    made = aws("create-api-key", "--name", "till-7", "--description", "by the door", "--enabled", "--tags", "shop=7")
    same((made["name"], made["enabled"], len(made["value"]), made["tags"]), ("till-7", True, 40, {"shop": "7"}))
    [found] = aws("get-api-keys", "--name-query", "till-7")["items"]
    same((found["id"], found.get("value")), (made["id"], None))
    [found] = aws("get-api-keys", "--name-query", "till-7", "--include-values")["items"]
    same(found["value"], made["value"])
    assert "value" not in aws("get-api-key", "--api-key", made["id"])
    same(aws("get-api-key", "--api-key", made["id"], "--include-value")["value"], made["value"])
    every = [key["id"] for key in aws("get-api-keys")["items"]]
    same([key["id"] for key in aws("get-api-keys", "--page-size", "20")["items"]], every)
    assert made["id"] in every
    aws("delete-api-key", "--api-key", made["id"])
    aws.refused("NotFoundException", "get-api-key", "--api-key", made["id"])


def keys_join_and_leave_a_plan(aws):
    plan, key = aws.new_plan(), aws("create-api-key", "--name", "till-8", "--enabled")["id"]
    here = ["--usage-plan-id", plan, "--key-id", key]
    join = ["create-usage-plan-key", *here, "--key-type", "API_KEY"]
    joined = aws(*join)
    same((joined["id"], joined["type"], joined["name"]), (key, "API_KEY", "till-8"))
    same([found["id"] for found in aws("get-usage-plan-keys", "--usage-plan-id", plan)["items"]], [key])
    same(aws("get-usage-plan-keys", "--usage-plan-id", plan, "--name-query", "nobody")["items"], [])
    same(aws("get-usage-plan-key", *here)["name"], "till-8")
    same([found["id"] for found in aws("get-usage-plans", "--key-id", key)["items"]], [plan])
    aws.refused("ConflictException", *join)
    aws("delete-usage-plan-key", *here)
    same(aws("get-usage-plan-keys", "--usage-plan-id", plan)["items"], [])
    same(aws("get-usage-plans", "--key-id", key)["items"], [])
    aws.refused("NotFoundException", "get-usage-plan-key", *here)


def tags_are_set_and_taken_away(aws):
    plan = aws.new_plan("--tags", "team=pay")
    arn = ["--resource-arn", f"arn:aws:apigateway:us-east-1::/usageplans/{plan}"]
    aws("tag-resource", *arn, "--tags", '{"team": "shop", "cost centre": "a/b"}')
    same(aws("get-tags", *arn)["tags"], {"team": "shop", "cost centre": "a/b"})
    aws("untag-resource", *arn, "--tag-keys", "team", "cost centre")
    same(aws("get-tags", *arn)["tags"], {})
    same(aws.plan(plan)["tags"], {})
    aws.refused("NotFoundException", "get-tags", "--resource-arn", "arn:aws:apigateway:us-east-1::/usageplans/nosuch")


def a_plan_with_stages_is_not_deleted(aws):
    api, (stage, *_) = aws.stages()
    plan = aws.new_plan("--api-stages", f"apiId={api},stage={stage}")
    words = aws.refused("BadRequestException", "delete-usage-plan", "--usage-plan-id", plan)
    same(words, f"Cannot delete Usage Plan {plan} because there are API Stages associated with it, including {api}:{stage}")
    same(aws.plan(plan)["apiStages"], [{"apiId": api, "stage": stage}])
    aws("update-usage-plan", "--usage-plan-id", plan, "--patch-operations", f"op=remove,path=/apiStages,value={api}:{stage}")
    aws("delete-usage-plan", "--usage-plan-id", plan)
    aws.refused("NotFoundException", "get-usage-plan", "--usage-plan-id", plan)
    assert plan not in [left["id"] for left in aws("get-usage-plans")["items"]]


def the_caller_is_told_who_it_is(aws):
    caller = aws("get-caller-identity", service="sts")
    same(caller["Account"], "123456789012")
    same(caller["Arn"], "arn:aws:iam::123456789012:user/demo")
    words = aws.refused("InvalidAction", "get-session-token", service="sts")
    assert "GetSessionToken" in words, words


CASES = [
    a_plan_is_created_with_everything, a_plan_is_created_from_shorthand_stages, the_listing_is_paged,
    the_listing_goes_on_where_it_stopped, an_update_in_shorthand, an_update_in_json, a_refused_update_changes_nothing,
    usage_is_read, what_remains_is_set, api_keys_are_made_and_found, keys_join_and_leave_a_plan,
    tags_are_set_and_taken_away, a_plan_with_stages_is_not_deleted, the_caller_is_told_who_it_is,
]


def check(endpoint):
    """Runs all cases; whether all passed."""
    aws, failed = Cli(endpoint), 0
    for case in CASES:
        name = case.__name__.replace("_", " ")
        try:
            case(aws)
            print(f"PASS {name}", flush=True)
        except Exception:  # a case that breaks off has failed, and the next ones still run
            failed += 1
            print(f"FAIL {name}\n{traceback.format_exc(limit=-2)}", flush=True)
    print(f"{len(CASES) - failed} passed, {failed} failed")
    return failed == 0
