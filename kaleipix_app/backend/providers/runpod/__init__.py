"""RunPod: pictures from serverless endpoints that the operator has set up."""
