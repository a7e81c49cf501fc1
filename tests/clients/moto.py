"""plangate's dashboard against moto_server, an API Gateway that nobody here wrote.

    VENV/bin/python tests/clients/moto.py target/debug/examples/against_moto

VENV has what tests/requirements.txt names. Starts the server on a free port, makes an account with
boto3, and hands it to the example, whose exit code it takes.
"""
import pathlib
import subprocess
import sys
import tempfile

import boto3

from servers import environment, moto_server, stop_on_sigterm


def prepare(endpoint):
    """An API with three stages and two methods, and two plans, one of them with a key."""
    gateway = boto3.client("apigateway", endpoint_url=endpoint, region_name="us-east-1",
                           aws_access_key_id="plangate", aws_secret_access_key="plangate")
    api = gateway.create_rest_api(name="petstore")["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    pets = gateway.create_resource(restApiId=api, parentId=root, pathPart="pets")["id"]
    pet = gateway.create_resource(restApiId=api, parentId=pets, pathPart="{petId}")["id"]
    for resource, method in [(pets, "GET"), (pet, "POST")]:
        where = {"restApiId": api, "resourceId": resource, "httpMethod": method}
        gateway.put_method(**where, authorizationType="NONE", apiKeyRequired=True)
        gateway.put_integration(**where, type="HTTP", integrationHttpMethod="GET", uri="http://127.0.0.1")
    deployment = gateway.create_deployment(restApiId=api)["id"]
    for stage in ["dev", "test", "prod"]:
        gateway.create_stage(restApiId=api, stageName=stage, deploymentId=deployment)
    basic = gateway.create_usage_plan(
        name="basic", throttle={"rateLimit": 10, "burstLimit": 20}, quota={"limit": 1000, "period": "MONTH"},
        apiStages=[{"apiId": api, "stage": "dev"}])["id"]
    gateway.create_usage_plan(name="other")
    key = gateway.create_api_key(name="till", enabled=True)["id"]
    gateway.create_usage_plan_key(usagePlanId=basic, keyId=key, keyType="API_KEY")


def main():
    [against_moto] = sys.argv[1:]
    stop_on_sigterm()
    program = pathlib.Path(sys.executable).with_name("moto_server")
    with tempfile.TemporaryDirectory() as folder:
        with moto_server(program, pathlib.Path(folder, "moto.log")) as endpoint:
            prepare(endpoint)
            return subprocess.run([against_moto, endpoint], env=environment(), timeout=120).returncode


sys.exit(main())
