"""An S3 server (moto) for tests: prints "PORT ACCESS_KEY SECRET_KEY", and serves until its stdin ends.

Requests must carry a right signature (Signature Version 4) of a user who may use S3: moto checks it once the actions that
make the user and the bucket are through.
"""
import os
import sys

os.environ["INITIAL_NO_AUTH_ACTION_COUNT"] = "4"

import boto3  # noqa: E402
from moto.server import ThreadedMotoServer  # noqa: E402

server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
port = server.get_host_and_port()[1]
options = dict(endpoint_url=f"http://127.0.0.1:{port}", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
iam = boto3.client("iam", **options)
iam.create_user(UserName="tracker")
key = iam.create_access_key(UserName="tracker")["AccessKey"]
policy = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'
iam.put_user_policy(UserName="tracker", PolicyName="s3", PolicyDocument=policy)
boto3.client("s3", **options).create_bucket(Bucket="tracker")
print(port, key["AccessKeyId"], key["SecretAccessKey"], flush=True)
sys.stdin.read()
server.stop()
